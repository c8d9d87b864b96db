package loginid

import (
	"encoding/json"
	"errors"
	"fmt"
	"os"
	"reflect"
	"strings"
	"testing"
	"time"

	"github.com/libloginid/libloginid/bindings/go/internal/expect"
	"github.com/libloginid/libloginid/bindings/go/internal/native"
	"github.com/libloginid/libloginid/bindings/go/internal/strictjson/strictjsontest"
)

// resultTypes are those of the package's methods and functions.
func resultTypes() map[string]reflect.Type {
	types := map[string]reflect.Type{"KeyPair": reflect.TypeOf(KeyPair{})}
	client := reflect.TypeOf((*Client)(nil))
	for i := 0; i < client.NumMethod(); i++ {
		// WithOptions returns another client.
		if method := client.Method(i).Type; method.NumOut() == 2 && method.Out(0) != client {
			types[method.Out(0).Elem().Name()] = method.Out(0).Elem()
		}
	}
	return types
}

func TestEveryResultHasTheMembersWithTheExactNames(t *testing.T) {
	types := resultTypes()
	if len(types) < 17 {
		t.Fatalf("%d types: %v", len(types), types)
	}
	strictjsontest.CheckNames(t, types)
}

func TestNumbersKeepTheirDigits(t *testing.T) {
	const text = `{"iat":1700000000.123456789012345678901,"sub":"u","n":123456789012345678901234567890}`
	var claims Claims
	if err := json.Unmarshal([]byte(text), &claims); err != nil {
		t.Fatal(err)
	}
	if claims.IssuedAt != "1700000000.123456789012345678901" || string(claims.Raw) != text {
		t.Errorf("%+v", claims)
	}
}

func TestAMemberOfAnotherTypeIsNamed(t *testing.T) {
	for text, want := range map[string]string{
		`{"claims":{"nid":7}}`:     "/claims/nid is of the type number, not a Go string",
		`{"claims":{"iat":"7"}}`:   "/claims/iat is a string, not a number",
		`{"claims":[]}`:            "/claims is of the type array, not a Go map",
		`{"valid":"true"}`:         "/valid is of the type string, not a Go bool",
		`{"claims":{"sub":["u"]}}`: "/claims/sub is of the type array, not a Go string",
	} {
		_, err := native.Decode[VerifiedToken]([]byte(text), nil)
		var failure *Error
		if !errors.As(err, &failure) || failure.Status != StatusResponse ||
			failure.Code != "invalid_response" || !strings.Contains(failure.Message, want) {
			t.Errorf("%s: %v", text, err)
		}
	}
	_, err := native.Decode[Credentials]([]byte(`{"credentials":[{},{"uuid":7}]}`), nil)
	if err == nil || !strings.Contains(err.Error(), "/credentials/1/uuid is of the type number") {
		t.Error(err)
	}
}

// Claims are those that the library has checked, not those with a similar name.
func TestATokenForAdaShowsAda(t *testing.T) {
	client := newClient(t)
	for claims, want := range map[string]Claims{
		`"username":"ada","UDATA":"mallory"`:                 {Username: "ada"},
		`"udata":"ada","UDATA":"mallory"`:                    {Username: "ada"},
		`"UDATA":"mallory","uData":"mallory","udata":"ada"`:  {Username: "ada"},
		`"udata":"ada","username":"mallory"`:                 {Username: "ada"},
		`"username":"ada","USERNAME":"mallory"`:              {Username: "ada"},
		`"\u0075data":"ada","UDATA":"mallory"`:               {Username: "ada"},
		`"sub":"u1","ſub":"admin","SUB":"admin"`:             {Subject: "u1"},
		`"ſub":"admin"`:                                      {},
		`"iſſ":"evil","ISS":"evil","Action":"x","NID":"n"`:   {},
		`"iss":"loginid.io","ISS":"evil","action":"login"`:   {Issuer: "loginid.io", Action: "login"},
		`"nid":"n","sub":"u","udata":"ada","Udata":["list"]`: {NamespaceID: "n", Subject: "u", Username: "ada"},
	} {
		audience, err := json.Marshal(os.Getenv("LOGINID_CLIENT_ID"))
		if err != nil {
			t.Fatal(err)
		}
		issued := time.Now().Unix()
		raw := fmt.Sprintf(`{"aud":%s,"iat":%d,%s}`, audience, issued, claims)
		var made struct{ Token string }
		parse(t, control(t, "POST", "tokens", map[string]any{"claims_raw": raw}), &made)
		want.IssuedAt = json.Number(fmt.Sprint(issued))
		want.Raw = json.RawMessage(raw)
		verified := expect.Must[VerifiedToken](t)(client.VerifyToken(ctx, made.Token))
		if !reflect.DeepEqual(verified.Claims, want) {
			t.Errorf("%s: %+v", claims, verified.Claims)
		}
		if want.Username != "" {
			expect.Must[VerifiedToken](t)(client.VerifyTokenOf(ctx, made.Token, want.Username))
		}
	}
}

func TestAnAnswersMembersAreThoseWithTheExactNames(t *testing.T) {
	client := newClient(t)
	answer := func(code int, body string) {
		control(t, "POST", "faults", map[string]any{"times": 1, "fault": map[string]any{
			"kind": "status", "code": code, "body": body,
		}})
	}
	answer(200, `{"ID":"u2","id":"u1","ſtatus":"deleted","username":"ada","USERNAME":"mallory","contacts":null}`)
	user := expect.Must[User](t)(client.GetUser(ctx, ada))
	if user.ID != "u1" || user.Username != "ada" || user.Status != "" || user.Contacts != nil {
		t.Errorf("%+v", user)
	}
	answer(404, `{"CODE":"other","code":"user_not_found","Message":"other","message":"none"}`)
	_, err := client.GetUser(ctx, ada)
	var failure *Error
	if !errors.As(err, &failure) || failure.Code != "user_not_found" || failure.Message != "none" {
		t.Errorf("%v", err)
	}
	for pointer, shown := range map[string]string{
		"/error/code": failure.Code, "/error/message": failure.Message,
		"/error/request_id": failure.RequestID, "/error/operation": failure.Operation,
	} {
		if judged, err := JSONGet(string(failure.Raw), pointer); err != nil || judged != shown {
			t.Errorf("%s: %q, not %q (%v)", pointer, shown, judged, err)
		}
	}
}
