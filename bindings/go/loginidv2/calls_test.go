package loginidv2_test

import (
	"context"
	"encoding/json"
	"reflect"
	"strings"
	"testing"
	"time"

	"github.com/libloginid/libloginid/bindings/go/internal/expect"
	"github.com/libloginid/libloginid/bindings/go/internal/strictjson/strictjsontest"
	"github.com/libloginid/libloginid/bindings/go/loginidv2"
)

func TestALoginIsVerified(t *testing.T) {
	client := newClient(t)
	token := logIn(t)
	verified := expect.Must[loginidv2.VerifiedToken](t)(client.VerifyToken(ctx, token))
	claims := verified.Claims
	if !verified.Valid || claims.Username != ada || claims.Subject == "" || claims.TokenType != "jwtAccess" ||
		claims.PasskeyID == "" || claims.RPID != "localhost" || len(claims.Scopes) == 0 ||
		claims.ExpiresAt == "" || claims.IssuedAt == "" || !json.Valid(claims.Raw) || !json.Valid(verified.Header) {
		t.Errorf("%+v", verified)
	}
	expect.Must[loginidv2.VerifiedToken](t)(client.VerifyTokenOf(ctx, token, ada))
	succeeds(t, client.VerifyTokenRemote(ctx, token))
	_, err := client.VerifyTokenOf(ctx, token, "mallory")
	refused(t, err, loginidv2.ErrClaimMismatch)
	_, err = client.VerifyTokenOf(ctx, token, "") // Not "any user".
	if failureOf(t, err).Code != "empty_argument" {
		t.Error(err)
	}
	_, err = client.VerifyToken(ctx, token[:len(token)-4]+"AAAA")
	refused(t, err, loginidv2.ErrTokenInvalid)
	_, err = client.VerifyToken(ctx, made(t, map[string]any{"iat": 1700000000, "exp": 1700000600}))
	refused(t, err, loginidv2.ErrTokenExpired)
	refused(t, client.VerifyTokenRemote(ctx, "no.such.token"), loginidv2.ErrUnauthorized)
}

func TestClaimsThatTheLibraryDoesNotCheckMayHaveAnotherType(t *testing.T) {
	var claims loginidv2.Claims
	const text = `{"sub":"u","username":"ada","Username":"mallory","scopes":"a b","credID":7,"rpId":null,"iat":1.5}`
	if err := json.Unmarshal([]byte(text), &claims); err != nil {
		t.Fatal(err)
	}
	want := loginidv2.Claims{Raw: json.RawMessage(text), Subject: "u", Username: "ada", IssuedAt: "1.5"}
	if !reflect.DeepEqual(claims, want) {
		t.Errorf("%+v", claims)
	}
	if json.Unmarshal([]byte(`{"sub":7}`), &claims) == nil {
		t.Error("a user id that is a number")
	}
}

func TestGrantsAllowWhatTheirScopesName(t *testing.T) {
	client := newClient(t)
	logIn(t)
	grant := expect.Must[loginidv2.Grant](t)(client.CreateGrant(ctx, ada, loginidv2.ScopePasskeyRead))
	expect.Must[loginidv2.Passkeys](t)(client.ListPasskeys(ctx, loginidv2.Token(grant.Token)))
	refused(t, client.RenamePasskey(ctx, "id", "name", loginidv2.Token(grant.Token)), loginidv2.ErrForbidden)
	_, err := client.VerifyToken(ctx, grant.Token)
	refused(t, err, loginidv2.ErrClaimMismatch)
	external := expect.Must[loginidv2.ExternalAuthentication](t)(client.CreateExternalAuth(ctx, ada))
	if external.Token == "" {
		t.Errorf("%+v", external)
	}
}

func TestPasskeysAreManagedByNameAndByToken(t *testing.T) {
	client := newClient(t)
	token := logIn(t)
	for name, who := range map[string]loginidv2.Who{
		"Ada's phone":  loginidv2.Username(ada),
		"Ada's laptop": loginidv2.Token(token),
	} {
		listed := expect.Must[loginidv2.Passkeys](t)(client.ListPasskeys(ctx, who))
		if len(listed.Passkeys) != 1 {
			t.Fatalf("%s", listed.Raw)
		}
		first := listed.Passkeys[0]
		if first.ID == "" || first.CreatedAt == "" || first.AAGUID == "" || first.CredentialID == "" || first.LastUsedAt == "" {
			t.Errorf("%+v", first)
		}
		succeeds(t, client.RenamePasskey(ctx, first.ID, name, who))
		listed = expect.Must[loginidv2.Passkeys](t)(client.ListPasskeys(ctx, who))
		if listed.Passkeys[0].Name != name {
			t.Errorf("%+v", listed)
		}
		const iCloud = "fbfc3007-154e-4ecc-8c0b-6e020557d7bd"
		authenticator := expect.Must[loginidv2.Authenticator](t)(client.GetAuthenticator(ctx, iCloud, who))
		if authenticator.ID != iCloud || authenticator.Name == "" || !strings.HasPrefix(authenticator.IconLight, "data:") {
			t.Errorf("%+v", authenticator)
		}
	}
	passkeys := expect.Must[loginidv2.Passkeys](t)(client.ListPasskeys(ctx, loginidv2.Username(ada)))
	succeeds(t, client.DeletePasskey(ctx, passkeys.Passkeys[0].ID, loginidv2.Username(ada)))
	refused(t, client.DeletePasskey(ctx, passkeys.Passkeys[0].ID, loginidv2.Username(ada)), loginidv2.ErrNotFound)
	for _, who := range []loginidv2.Who{{}, {Username: ada, Token: token}} {
		_, err := client.ListPasskeys(ctx, who)
		if failureOf(t, err).Code != "token_or_username_required" {
			t.Error(err)
		}
	}
}

// sent is the code that would have been sent to Ada.
func sent(t *testing.T) string {
	t.Helper()
	code, err := service.SentCode(ada)
	succeeds(t, err)
	return code
}

func TestCodesLogIn(t *testing.T) {
	client := newClient(t)
	logIn(t)
	made := expect.Must[loginidv2.OneTimeCode](t)(client.CreateOTP(ctx, loginidv2.Username(ada)))
	if len(made.Code) != 6 || made.ExpiresAt == "" {
		t.Errorf("%+v", made)
	}
	login := expect.Must[loginidv2.Authentication](t)(client.VerifyOTP(ctx, ada, made.Code, ""))
	if login.Claims.Username != ada || login.JWTAccess == "" || login.UserID != login.Claims.Subject {
		t.Errorf("%+v", login)
	}
	succeeds(t, client.SetEmail(ctx, login.UserID, ada, true))
	succeeds(t, client.VerifyEmail(ctx, ada, sent(t)))
	succeeds(t, client.SendOTPEmail(ctx, ada, ""))
	expect.Must[loginidv2.Authentication](t)(client.VerifyOTP(ctx, ada, sent(t), "other"))
	succeeds(t, client.RemoveEmail(ctx, login.UserID, ada))

	succeeds(t, client.SetPhone(ctx, login.UserID, "+4915112345678", true, true))
	succeeds(t, client.VerifyPhone(ctx, ada, sent(t)))
	succeeds(t, client.SendOTPSMS(ctx, ada, ""))
	expect.Must[loginidv2.Authentication](t)(client.VerifyOTP(ctx, ada, sent(t), ""))
	succeeds(t, client.RemovePhone(ctx, login.UserID))

	_, err := client.VerifyOTP(ctx, ada, "000000", "")
	if failureOf(t, err).Status != loginidv2.StatusAPI {
		t.Error(err)
	}
	succeeds(t, client.DeleteUser(ctx, login.UserID))
	refused(t, client.DeleteUser(ctx, login.UserID), loginidv2.ErrNotFound)
}

func TestAPasskeyIsRegisteredAndUsed(t *testing.T) {
	client := newClient(t)
	device := newPasskey(t)
	begun := expect.Must[loginidv2.RegistrationChallenge](t)(client.RegisterInit(ctx, ada, &loginidv2.RegisterOptions{
		DisplayName: "Ada", DeviceInfo: json.RawMessage(`{"deviceId":"d1"}`), UserAgent: "Mozilla/5.0",
	}, ""))
	if begun.Action != loginidv2.ActionProceed {
		t.Errorf("%s", begun.Raw)
	}
	created := device.create(begun.RegistrationRequestOptions)
	registered := expect.Must[loginidv2.Authentication](t)(client.RegisterComplete(ctx, begun.Session, created, "Ada's phone"))
	if registered.Claims.Username != ada || registered.PasskeyID == "" {
		t.Errorf("%s", registered.Raw)
	}

	for _, username := range []string{ada, ""} {
		asked := expect.Must[loginidv2.AuthenticationChallenge](t)(client.AuthenticateInit(ctx, username, nil))
		if asked.Action != loginidv2.ActionProceed || asked.CrossAuthMethods == nil {
			t.Errorf("%s", asked.Raw)
		}
		login := expect.Must[loginidv2.Authentication](t)(
			client.AuthenticateComplete(ctx, asked.Session, device.get(asked.AssertionOptions)))
		if login.Claims.Username != ada || login.PasskeyID != registered.PasskeyID {
			t.Errorf("%s", login.Raw)
		}
	}
	unknown := expect.Must[loginidv2.AuthenticationChallenge](t)(client.AuthenticateInit(ctx, "nobody", nil))
	if unknown.Action != loginidv2.ActionFallback || len(unknown.FallbackMethods) == 0 {
		t.Errorf("%s", unknown.Raw)
	}

	// Another passkey needs a token.
	second := expect.Must[loginidv2.RegistrationChallenge](t)(client.RegisterInit(ctx, ada, nil, registered.JWTAccess))
	expect.Must[loginidv2.Authentication](t)(client.RegisterComplete(
		ctx, second.Session, newPasskey(t).create(second.RegistrationRequestOptions), ""))

	const payload = "Pay 10.00 EUR to Grace"
	asked := expect.Must[loginidv2.TransactionChallenge](t)(client.InitTx(ctx, ada, payload, ""))
	if asked.TransactionID == "" || len(asked.Nonce) != 16 {
		t.Errorf("%s", asked.Raw)
	}
	confirmed := expect.Must[loginidv2.ConfirmedTransaction](t)(
		client.CompleteTx(ctx, asked.Session, device.get(asked.AssertionOptions)))
	expect.Must[loginidv2.VerifiedToken](t)(client.VerifyTransaction(ctx, confirmed.Token, payload, asked.Nonce))
	expect.Must[loginidv2.VerifiedToken](t)(client.VerifyTransactionOf(ctx, confirmed.Token, payload, asked.Nonce, ada))
	for code, call := range map[string]func() error{
		"transaction_hash_mismatch": func() error {
			_, err := client.VerifyTransaction(ctx, confirmed.Token, "Pay 99.00 EUR to Eve", asked.Nonce)
			return err
		},
		"empty_argument": func() error {
			_, err := client.VerifyTransactionOf(ctx, confirmed.Token, payload, asked.Nonce, "")
			return err
		},
		"username_mismatch": func() error {
			_, err := client.VerifyTransactionOf(ctx, confirmed.Token, payload, asked.Nonce, "mallory")
			return err
		},
		"token_kind_mismatch": func() error {
			_, err := client.VerifyToken(ctx, confirmed.Token)
			return err
		},
	} {
		if err := call(); failureOf(t, err).Code != code {
			t.Errorf("%s: %v", code, err)
		}
	}
}

func TestTheServiceSaysItsVersion(t *testing.T) {
	version := expect.Must[loginidv2.ServiceVersion](t)(newClient(t).GetVersion(ctx))
	if version.Version == "" || !json.Valid(version.Raw) {
		t.Errorf("%+v", version)
	}
	if strings.Count(loginidv2.Version(), ".") != 2 {
		t.Error(loginidv2.Version())
	}
	read, err := loginidv2.JSONGet(string(version.Raw), "/version")
	if read != version.Version || err != nil {
		t.Error(read, err)
	}
}

func TestResultsAreReadByTheExactNames(t *testing.T) {
	types := map[string]reflect.Type{}
	client := reflect.TypeOf((*loginidv2.Client)(nil))
	for i := 0; i < client.NumMethod(); i++ {
		if method := client.Method(i).Type; method.NumOut() == 2 && method.Out(0) != client {
			types[method.Out(0).Elem().Name()] = method.Out(0).Elem()
		}
	}
	if len(types) != 12 {
		t.Errorf("%d types: %v", len(types), types)
	}
	strictjsontest.CheckNames(t, types)
}

func TestATextThatCWouldTruncateIsRefused(t *testing.T) {
	client := newClient(t)
	const cut = "admin\x00istrator"
	for name, call := range map[string]func() error{
		"username":      func() error { _, err := client.ListPasskeys(ctx, loginidv2.Username(cut)); return err },
		"token":         func() error { _, err := client.ListPasskeys(ctx, loginidv2.Token(cut)); return err },
		"user_id":       func() error { return client.DeleteUser(ctx, cut) },
		"confirmation":  func() error { _, err := client.CompleteTx(ctx, "s", json.RawMessage(cut)); return err },
		"username_type": func() error { return client.SendOTPEmail(ctx, ada, cut) },
		"api_key":       func() error { _, err := loginidv2.New("https://app.api.loginid.io", cut); return err },
	} {
		err := call()
		if failure := failureOf(t, err); failure.Code != "embedded_nul" || failure.Message != name+" must not hold a NUL" {
			t.Errorf("%s: %v", name, err)
		}
	}
}

func TestCallsOfManyGoroutines(t *testing.T) {
	client := newClient(t)
	logIn(t)
	ended := make(chan error)
	for i := 0; i < 8; i++ {
		go func() {
			limited, cancel := context.WithTimeout(ctx, time.Minute)
			defer cancel()
			var err error
			for j := 0; j < 10 && err == nil; j++ {
				_, err = client.ListPasskeys(limited, loginidv2.Username(ada))
			}
			ended <- err
		}()
	}
	for i := 0; i < 8; i++ {
		succeeds(t, <-ended)
	}
}
