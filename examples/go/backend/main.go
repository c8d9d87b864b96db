// A backend of LoginID's current service: it verifies a login, begins a session, manages
// passkeys, confirms a transaction and deletes a user. `make test-go` runs it against an emulator
// of the service.
package main

import (
	"context"
	"errors"
	"fmt"
	"log"
	"time"

	"github.com/libloginid/libloginid/bindings/go/loginidtest"
	"github.com/libloginid/libloginid/bindings/go/loginidv2"
)

const (
	ada     = "ada@example.com"
	payload = "Pay 10.00 EUR to Grace"
	// Of the transaction. A backend keeps it with the order that is to be confirmed.
	nonce = "order-4711-a8f3"
)

func main() {
	log.SetFlags(0)
	if err := run(); err != nil {
		log.Fatal("FAILED: ", err)
	}
	fmt.Println("Everything was as expected.")
}

func run() error {
	client, err := loginidv2.NewFromEnv() // LOGINID_V2_BASE_URL and LOGINID_V2_API_KEY
	if err != nil {
		return err
	}
	defer client.Close()
	page, err := loginidtest.Current() // acts as the page and the user's device
	if err != nil {
		return err
	}
	ctx, cancel := context.WithTimeout(context.Background(), time.Minute)
	defer cancel()

	login, err := page.LogIn(ada)
	if err != nil {
		return err
	}
	userID, err := beginSession(ctx, client, login.JWTAccess)
	if err != nil {
		return err
	}
	if err := managePasskeys(ctx, client, login.JWTAccess); err != nil {
		return err
	}
	confirmation, err := page.ConfirmTx(ada, payload, nonce)
	if err != nil {
		return err
	}
	if err := confirmTransaction(ctx, client, confirmation.Token); err != nil {
		return err
	}
	if err := client.DeleteUser(ctx, userID); err != nil {
		return err
	}
	return refused("delete_user", client.DeleteUser(ctx, userID), loginidv2.ErrNotFound)
}

// beginSession returns the id of the user. Only the verified token says who the user is, nothing
// else that the page sends.
func beginSession(ctx context.Context, client loginidv2.API, token string) (string, error) {
	verified, err := client.VerifyToken(ctx, token)
	if err != nil {
		return "", err
	}
	fmt.Printf("%-20s a session for %s\n", "verify_token", verified.Claims.Username)
	return verified.Claims.Subject, nil
}

// managePasskeys uses the user's name, with a grant that needs the API key, and the user's token.
func managePasskeys(ctx context.Context, client loginidv2.API, token string) error {
	listed, err := client.ListPasskeys(ctx, loginidv2.Username(ada))
	if err != nil {
		return err
	}
	old := listed.Passkeys[0]
	if err := client.RenamePasskey(ctx, old.ID, "Ada's phone", loginidv2.Token(token)); err != nil {
		return err
	}
	if listed, err = client.ListPasskeys(ctx, loginidv2.Token(token)); err != nil {
		return err
	}
	fmt.Printf("%-20s %s is now %s\n", "rename_passkey", old.Name, listed.Passkeys[0].Name)
	return nil
}

// confirmTransaction takes the token that the page sends after the user has confirmed.
func confirmTransaction(ctx context.Context, client loginidv2.API, token string) error {
	if _, err := client.VerifyTransactionOf(ctx, token, payload, nonce, ada); err != nil {
		return err
	}
	fmt.Printf("%-20s %s\n", "verify_transaction", payload)
	_, err := client.VerifyTransactionOf(ctx, token, "Pay 99.00 EUR to Eve", nonce, ada)
	if err := refused("another payload", err, loginidv2.ErrTransactionHashMismatch); err != nil {
		return err
	}
	// It confirms a payment, and logs nobody in.
	_, err = client.VerifyToken(ctx, token)
	return refused("a confirmation", err, loginidv2.ErrTokenKindMismatch)
}

// refused shows an error that there must be.
func refused(what string, err, want error) error {
	if !errors.Is(err, want) {
		return fmt.Errorf("%s: %w, not %w", what, err, want)
	}
	fmt.Printf("%-20s %v\n", what, err)
	return nil
}
