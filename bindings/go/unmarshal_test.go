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
)

// otherSpellings are names that encoding/json accepts for a name and C does not.
func otherSpellings(name string) []string {
	folded := strings.NewReplacer("s", "ſ", "k", "\u212a").Replace(name)
	found := []string{strings.ToUpper(name), strings.ToUpper(name[:1]) + name[1:]}
	if folded != name {
		found = append(found, folded)
	}
	return found
}

// escaped is the same name, escaped.
func escaped(name string) string {
	return fmt.Sprintf(`\u%04x%s`, name[0], name[1:])
}

// resultTypes are those of the package's methods and functions, and of the error object.
func resultTypes() map[string]reflect.Type {
	types := map[string]reflect.Type{"KeyPair": reflect.TypeOf(KeyPair{}), "error": reflect.TypeOf(errorObject{})}
	client := reflect.TypeOf((*Client)(nil))
	for i := 0; i < client.NumMethod(); i++ {
		// WithOptions returns another client.
		if method := client.Method(i).Type; method.NumOut() == 2 && method.Out(0) != client {
			types[method.Out(0).Elem().Name()] = method.Out(0).Elem()
		}
	}
	return types
}

// sample writes a JSON value for a type. Each member is written as members says.
func sample(into reflect.Type, word string, members func(name string, value func(word string) string) string) string {
	switch into.Kind() {
	case reflect.Pointer:
		return sample(into.Elem(), word, members)
	case reflect.Bool:
		return fmt.Sprint(word == "ada")
	case reflect.Int, reflect.Int64:
		return fmt.Sprint(len(word))
	case reflect.Slice:
		if into == reflect.TypeOf(json.RawMessage(nil)) {
			return `{"` + word + `":1.50}`
		}
		return "[" + sample(into.Elem(), word, members) + "]"
	case reflect.Struct:
		var written []string
		for i := 0; i < into.NumField(); i++ {
			field := into.Field(i)
			if name := field.Tag.Get("json"); name != "" && name != "-" {
				written = append(written, members(name, func(word string) string {
					return sample(field.Type, word, members)
				}))
			}
		}
		return "{" + strings.Join(written, ",") + "}"
	}
	if into == numberType {
		return fmt.Sprintf("%d.25", len(word))
	}
	return `"` + word + `"`
}

// read reads a text into a new value of the type, without the texts that are kept.
func read(t *testing.T, into reflect.Type, text string) any {
	t.Helper()
	value := reflect.New(into)
	if err := unmarshal([]byte(text), value.Interface()); err != nil {
		t.Fatalf("%s: %v: %s", into, err, text)
	}
	if verified, ok := value.Interface().(*VerifiedToken); ok {
		verified.Claims.Raw = nil
	}
	return value.Elem().Interface()
}

func TestEveryResultHasTheMembersWithTheExactNames(t *testing.T) {
	exact := func(name string, value func(string) string) string {
		return `"` + name + `":` + value("ada")
	}
	others := func(name string, value func(string) string) string {
		var written []string
		for _, other := range otherSpellings(name) {
			written = append(written, `"`+other+`":`+value("mallory"))
		}
		return strings.Join(written, ",")
	}
	types := resultTypes()
	if len(types) < 18 {
		t.Fatalf("%d types: %v", len(types), types)
	}
	for name, into := range types {
		want := read(t, into, sample(into, "ada", exact))
		if reflect.ValueOf(want).IsZero() {
			if name != "Result" {
				t.Errorf("%s: nothing was read", name)
			}
			continue
		}
		for _, members := range []func(string, func(string) string) string{
			func(name string, value func(string) string) string {
				return exact(name, value) + "," + others(name, value)
			},
			func(name string, value func(string) string) string {
				return others(name, value) + "," + exact(name, value)
			},
			// The last of several.
			func(name string, value func(string) string) string {
				return `"` + name + `":` + value("mallory") + `,"` + escaped(name) + `":` + value("ada")
			},
		} {
			text := sample(into, "ada", members)
			if got := read(t, into, text); !reflect.DeepEqual(got, want) {
				t.Errorf("%s: %s\nis   %+v\nnot %+v", name, text, got, want)
			}
		}
		if got := read(t, into, sample(into, "ada", others)); !reflect.ValueOf(got).IsZero() {
			t.Errorf("%s: %+v", name, got)
		}
	}
}

func TestNullIsTheSameAsAbsent(t *testing.T) {
	null := func(name string, _ func(string) string) string { return `"` + name + `":null` }
	for name, into := range resultTypes() {
		if got := read(t, into, sample(into, "ada", null)); !reflect.ValueOf(got).IsZero() {
			t.Errorf("%s: %+v", name, got)
		}
	}
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
		_, err := decode[VerifiedToken]([]byte(text), nil)
		var failure *Error
		if !errors.As(err, &failure) || failure.Status != StatusResponse ||
			failure.Code != "invalid_response" || !strings.Contains(failure.Message, want) {
			t.Errorf("%s: %v", text, err)
		}
	}
	_, err := decode[Credentials]([]byte(`{"credentials":[{},{"uuid":7}]}`), nil)
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
		verified := must[VerifiedToken](t)(client.VerifyToken(ctx, made.Token))
		if !reflect.DeepEqual(verified.Claims, want) {
			t.Errorf("%s: %+v", claims, verified.Claims)
		}
		if want.Username != "" {
			must[VerifiedToken](t)(client.VerifyTokenOf(ctx, made.Token, want.Username))
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
	user := must[User](t)(client.GetUser(ctx, ada))
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
