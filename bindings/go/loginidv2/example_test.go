package loginidv2_test

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"os"
	"time"

	"github.com/libloginid/libloginid/bindings/go/loginidv2"
)

// tokenOfThePage is what a page sends after Ada has logged in with a passkey. Here the emulator
// acts as the page and the user's device; see package loginidtest.
func tokenOfThePage() string {
	login, err := service.LogIn("ada@example.com")
	if err != nil {
		panic(err)
	}
	return login.JWTAccess
}

// A page sends the token of a user who has logged in. The user is the one that the verified token
// names; nothing else in the request says who it is.
func Example() {
	client, err := loginidv2.NewFromEnv() // LOGINID_V2_BASE_URL, LOGINID_V2_API_KEY
	if err != nil {
		fmt.Println(err)
		return
	}
	defer client.Close()
	ctx, cancel := context.WithTimeout(context.Background(), 10*time.Second)
	defer cancel()
	verified, err := client.VerifyToken(ctx, tokenOfThePage())
	switch {
	case errors.Is(err, loginidv2.ErrTokenExpired):
		fmt.Println("log in again")
	case err != nil:
		fmt.Println(err)
	default:
		fmt.Println("a session for", verified.Claims.Username)
	}
	// Output: a session for ada@example.com
}

func ExampleClient_ListPasskeys() {
	client, err := loginidv2.NewFromEnv()
	if err != nil {
		fmt.Println(err)
		return
	}
	defer client.Close()
	ctx := context.Background()
	ada := loginidv2.Token(tokenOfThePage()) // or loginidv2.Username("ada@example.com")
	listed, err := client.ListPasskeys(ctx, ada)
	if err != nil {
		fmt.Println(err)
		return
	}
	if err := client.RenamePasskey(ctx, listed.Passkeys[0].ID, "Ada's phone", ada); err != nil {
		fmt.Println(err)
		return
	}
	listed, err = client.ListPasskeys(ctx, ada)
	if err != nil {
		fmt.Println(err)
		return
	}
	for _, passkey := range listed.Passkeys {
		fmt.Println(passkey.Name)
	}
	// Output: Ada's phone
}

// The page has confirmed a transaction, and sends its token. The payload and the nonce are those
// that the server has kept.
func ExampleClient_VerifyTransaction() {
	client, err := loginidv2.NewFromEnv()
	if err != nil {
		fmt.Println(err)
		return
	}
	defer client.Close()
	const payload, nonce = "Pay 10.00 EUR to Grace", "order-4711-a8f3"
	confirmation, err := service.ConfirmTx("ada@example.com", payload, nonce) // in place of the page
	if err != nil {
		fmt.Println(err)
		return
	}
	token := confirmation.Token
	ctx := context.Background()
	_, err = client.VerifyTransaction(ctx, token, payload, nonce)
	fmt.Println(err)
	_, err = client.VerifyTransaction(ctx, token, "Pay 99.00 EUR to Eve", nonce)
	fmt.Println(errors.Is(err, loginidv2.ErrTransactionHashMismatch))
	// Output:
	// <nil>
	// true
}

func ExampleError() {
	client, err := loginidv2.NewFromEnv()
	if err != nil {
		fmt.Println(err)
		return
	}
	defer client.Close()
	err = client.DeleteUser(context.Background(), "no-such-user")
	var failure *loginidv2.Error
	if errors.Is(err, loginidv2.ErrNotFound) && errors.As(err, &failure) {
		fmt.Println(failure.Status, failure.Code, failure.HTTPStatus, failure.Operation)
	}
	// Output: LID_ERROR_API not_found 404 v2_delete_user
}

func ExampleClient_WithOptions() {
	client, err := loginidv2.NewFromEnv()
	if err != nil {
		fmt.Println(err)
		return
	}
	defer client.Close()
	hurried, err := client.WithOptions(loginidv2.Options{Timeout: 500 * time.Millisecond, RequestID: "order-4711"})
	if err != nil {
		fmt.Println(err)
		return
	}
	defer hurried.Close()
	err = hurried.DeleteUser(context.Background(), "no-such-user")
	var failure *loginidv2.Error
	if errors.As(err, &failure) {
		fmt.Println(failure.RequestID)
	}
	// Output: order-4711
}

func ExampleSlogAttempts() {
	client, err := loginidv2.NewFromEnv()
	if err != nil {
		fmt.Println(err)
		return
	}
	defer client.Close()
	logger := slog.New(slog.NewTextHandler(os.Stdout, &slog.HandlerOptions{
		ReplaceAttr: func(_ []string, attribute slog.Attr) slog.Attr {
			switch attribute.Key {
			case slog.TimeKey, "request_id", "duration": // They differ from run to run.
				return slog.Attr{}
			}
			return attribute
		},
	}))
	if err := client.OnAttempt(loginidv2.SlogAttempts(logger)); err != nil {
		fmt.Println(err)
		return
	}
	_ = client.DeleteUser(context.Background(), "no-such-user")
	// Output: level=WARN msg=http_attempt operation=v2_delete_user method=DELETE path=/fido2/v2/profile/{user_id} attempt=1 http_status=404 status=LID_ERROR_API code=not_found
}

// backend is a part of a program that is tested without a service.
type backend struct {
	loginID loginidv2.API
}

func (b backend) session(ctx context.Context, token string) (string, error) {
	verified, err := b.loginID.VerifyToken(ctx, token)
	if err != nil {
		return "", err
	}
	return "session of " + verified.Claims.Username, nil
}

// fake has all calls of the interface, later ones too. Those that the test does not expect panic.
type fake struct {
	loginidv2.API
}

func (fake) VerifyToken(context.Context, string) (*loginidv2.VerifiedToken, error) {
	return &loginidv2.VerifiedToken{Claims: loginidv2.Claims{Username: "ada"}}, nil
}

func ExampleAPI() {
	session, err := backend{fake{}}.session(context.Background(), "a token")
	fmt.Println(session, err)
	// Output: session of ada <nil>
}
