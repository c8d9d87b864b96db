package main

import (
	"bytes"
	"context"
	"encoding/json"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"

	"github.com/libloginid/libloginid/bindings/go/loginidtest"
	"github.com/libloginid/libloginid/bindings/go/loginidv2"
)

// page is a browser: it has the cookie of its session.
type page struct {
	t       *testing.T
	server  http.Handler
	session string
}

// send sends what the page of docs/v2/web.md sends, and returns the status and the JSON of the answer.
func (p *page) send(ctx context.Context, method, path, body string) (*http.Response, any) {
	p.t.Helper()
	request := httptest.NewRequest(method, path, strings.NewReader(body)).WithContext(ctx)
	request.Header.Set("Content-Type", "application/json")
	if p.session != "" {
		request.AddCookie(&http.Cookie{Name: "session", Value: p.session})
	}
	recorder := httptest.NewRecorder()
	p.server.ServeHTTP(recorder, request)
	answer := recorder.Result()
	for _, cookie := range answer.Cookies() {
		if !cookie.HttpOnly || !cookie.Secure || cookie.SameSite != http.SameSiteLaxMode || cookie.Path != "/" {
			p.t.Errorf("%+v", cookie)
		}
		p.session = cookie.Value
	}
	var read any
	if err := json.Unmarshal(recorder.Body.Bytes(), &read); err != nil || answer.Header.Get("Content-Type") != "application/json" {
		p.t.Fatal(recorder.Body, err)
	}
	return answer, read
}

func (p *page) expect(ctx context.Context, method, path, body string, status int, code string) *http.Response {
	p.t.Helper()
	answer, read := p.send(ctx, method, path, body)
	object, _ := read.(map[string]any)
	if answer.StatusCode != status || len(object) != 1 || object["code"] != code {
		p.t.Errorf("%s: %d %v, not %d %s", body, answer.StatusCode, read, status, code)
	}
	return answer
}

func session(token string) string {
	text, _ := json.Marshal(map[string]string{"jwtAccess": token})
	return string(text)
}

func logged(t *testing.T, emulator *loginidtest.Emulator) *loginidtest.Login {
	t.Helper()
	login, err := emulator.LogIn("ada")
	if err != nil {
		t.Fatal(err)
	}
	return login
}

func TestSessions(t *testing.T) {
	emulator := loginidtest.Start(t)
	login := logged(t, emulator)
	ctx := context.Background()
	visitor := &page{t: t, server: handler(emulator.V2Client(t))}
	visitor.expect(ctx, "GET", "/passkeys", "", 401, "login_required")
	visitor.session = "fixed by an attacker"
	if answer, user := visitor.send(ctx, "POST", "/session", session(login.JWTAccess)); answer.StatusCode != 200 || user.(map[string]any)["username"] != "ada" {
		t.Fatal(user)
	}
	first := visitor.session
	if answer, _ := visitor.send(ctx, "POST", "/session", session(login.JWTAccess)); answer.StatusCode != 200 {
		t.Fatal(answer)
	}
	if visitor.session == first || len(first) != 32 {
		t.Error(first, visitor.session)
	}
	if answer, list := visitor.send(ctx, "GET", "/passkeys", ""); answer.StatusCode != 200 || list.([]any)[0].(map[string]any)["id"] != login.PasskeyID {
		t.Error(list)
	}
	(&page{t: t, server: visitor.server, session: first}).expect(ctx, "GET", "/passkeys", "", 401, "login_required")
	second := visitor.session
	if answer, empty := visitor.send(ctx, "DELETE", "/session", ""); answer.StatusCode != 200 || len(empty.(map[string]any)) != 0 || visitor.session != "" {
		t.Error(empty, visitor.session)
	}
	visitor.session = second
	visitor.expect(ctx, "GET", "/passkeys", "", 401, "login_required")
}

func TestAnswers(t *testing.T) {
	emulator := loginidtest.Start(t)
	token := logged(t, emulator).JWTAccess
	ctx := context.Background()
	visitor := &page{t: t, server: handler(emulator.V2Client(t))}
	for _, body := range []string{
		"", "no JSON", "[]", "{}", `{"jwtAccess":""}`, `{"jwtAccess":null}`, `{"jwtAccess":5}`, `{"jwtAccess":[1]}`,
		session("a\x00b"), session(strings.Repeat("a", 20_000)),
	} {
		visitor.expect(ctx, "POST", "/session", body, 400, "bad_request")
	}
	form := httptest.NewRequest("POST", "/session", strings.NewReader(session(token)))
	form.Header.Set("Content-Type", "text/plain")
	recorder := httptest.NewRecorder()
	visitor.server.ServeHTTP(recorder, form)
	if recorder.Code != 400 || len(recorder.Result().Cookies()) != 0 {
		t.Error("a form of another site:", recorder.Code)
	}
	confirmation, err := emulator.ConfirmTx("ada", "Pay 1", "nonce-1")
	if err != nil {
		t.Fatal(err)
	}
	var expired struct{ Token string }
	config := emulator.V2Config()
	claims := map[string]any{
		"iss": config.BaseURL, "aud": config.ApplicationID, "sub": "u1", "username": "ada", "tokenType": "jwtAccess",
		"iat": 1700000000, "exp": 1700000600,
	}
	if err := emulator.Control("POST", "v2/tokens", map[string]any{"claims": claims}, &expired); err != nil {
		t.Fatal(err)
	}
	for code, token := range map[string]string{
		"malformed_token": "a.b.c", "token_expired": expired.Token, "token_kind_mismatch": confirmation.Token,
	} {
		visitor.expect(ctx, "POST", "/session", session(token), 401, code)
	}
	if visitor.session != "" {
		t.Error(visitor.session)
	}

	visitor.send(ctx, "POST", "/session", session(token))
	faulty := func(fault map[string]any) {
		t.Helper()
		if err := emulator.Control("DELETE", "faults", nil, nil); err != nil {
			t.Fatal(err)
		}
		if err := emulator.Control("POST", "faults", map[string]any{"fault": fault}, nil); err != nil {
			t.Fatal(err)
		}
	}
	status := func(status int, code string) map[string]any {
		return map[string]any{"kind": "status", "code": status, "body": `{"msg":"no","msgCode":"` + code + `"}`}
	}
	faulty(status(404, "not_found"))
	visitor.expect(ctx, "GET", "/passkeys", "", 404, "not_found")
	faulty(map[string]any{"kind": "status", "code": 429, "headers": [][]string{{"retry-after", "60"}}})
	if after := visitor.expect(ctx, "GET", "/passkeys", "", 503, "try_again_later").Header.Get("Retry-After"); after != "60" {
		t.Error(after)
	}
	faulty(status(501, "internal_error"))
	visitor.expect(ctx, "GET", "/passkeys", "", 503, "try_again_later")
	faulty(map[string]any{"kind": "status", "code": 200, "body": "[]"})
	visitor.expect(ctx, "GET", "/passkeys", "", 503, "try_again_later")
	faulty(map[string]any{"kind": "drop"})
	visitor.expect(ctx, "GET", "/passkeys", "", 503, "try_again_later")
	gone, leave := context.WithCancel(ctx)
	leave()
	visitor.expect(gone, "GET", "/passkeys", "", 503, "try_again_later")
	late, end := context.WithTimeout(ctx, 1)
	defer end()
	visitor.expect(late, "GET", "/passkeys", "", 503, "try_again_later")
}

// What is a mistake of the program, and is logged with its code and request id.
func TestMistakesAreLogged(t *testing.T) {
	emulator := loginidtest.Start(t)
	login := logged(t, emulator)
	before := slog.Default()
	defer slog.SetDefault(before)
	for _, mistake := range []struct {
		code      string
		requested bool
		change    func(*loginidv2.Config)
	}{
		{"api_key_required", false, func(config *loginidv2.Config) { config.APIKey = "" }},
		{"unauthorized", true, func(config *loginidv2.Config) { config.APIKey = "another" }},
	} {
		config := emulator.V2Config()
		mistake.change(&config)
		client, err := loginidv2.NewWithConfig(config)
		if err != nil {
			t.Fatal(err)
		}
		defer client.Close()
		var log bytes.Buffer
		slog.SetDefault(slog.New(slog.NewJSONHandler(&log, nil)))
		visitor := &page{t: t, server: handler(client)}
		visitor.send(context.Background(), "POST", "/session", session(login.JWTAccess))
		visitor.expect(context.Background(), "GET", "/passkeys", "", 500, "internal_error")
		var line struct {
			Error struct {
				Code      string
				RequestID string `json:"request_id"`
			}
		}
		if err := json.Unmarshal(log.Bytes(), &line); err != nil || line.Error.Code != mistake.code ||
			(line.Error.RequestID != "") != mistake.requested {
			t.Error(log.String())
		}
	}
}
