package loginid

import (
	"bytes"
	"errors"
	"fmt"
	"log/slog"
	"strings"
	"testing"
	"time"

	"github.com/libloginid/libloginid/bindings/go/internal/expect"
)

func TestNothingSecretIsFormattedOrLogged(t *testing.T) {
	const secret = "canary"
	config := Config{
		ClientID: "id", PrivateKey: secret, ClientKeyPEM: secret, Proxy: "http://user:" + secret + "@proxy.example",
		Headers: map[string]string{"X-Gateway": secret},
	}
	options := Options{Timeout: 1500 * time.Millisecond, Headers: map[string]string{"Authorization": secret}, RequestID: "id"}
	client := newClient(t)
	for _, value := range []any{config, &config, []Config{config}, options, &options, []Options{options}, client} {
		shown := ""
		for _, verb := range []string{"%v", "%+v", "%#v", "%s", "%q", "%x", "%d"} {
			shown += fmt.Sprintf(verb+"\n", value)
		}
		var text bytes.Buffer
		slog.New(slog.NewTextHandler(&text, nil)).Info("it", "value", value)
		shown += text.String()
		if strings.Contains(shown, secret) || strings.Contains(shown, fmt.Sprintf("%x", secret)) {
			t.Errorf("%T: %s", value, shown)
		}
	}
	if shown := fmt.Sprintf("%+v", config); !strings.Contains(shown, `"client_id":"id"`) || !strings.Contains(shown, "[redacted]") {
		t.Error(shown)
	}
	const shownOptions = `{"headers":{"Authorization":"[redacted]"},"request_id":"id","timeout":"1.5s"}`
	if shown := fmt.Sprintf("%#v", options); shown != "loginid.Options"+shownOptions {
		t.Error(shown)
	}
	var text bytes.Buffer
	slog.New(slog.NewJSONHandler(&text, nil)).Info("it", "config", config, "client", client, "options", options)
	shown := text.String()
	if strings.Contains(shown, secret) || !strings.Contains(shown, `"client":"loginid.Client(open)"`) ||
		!strings.Contains(shown, `"options":{"timeout":"1.5s","headers":{"Authorization":"[redacted]"},"request_id":"id"}`) {
		t.Error(shown)
	}
}

func TestThePasswordInAURLIsRedacted(t *testing.T) {
	for url, shown := range map[string]string{
		"http://user:canary@proxy.example:3128":  "http://redacted@proxy.example:3128",
		"HTTPS://user:canary@proxy.example/path": "https://redacted@proxy.example/path",
		// Without a scheme, as the library accepts a proxy.
		"user:canary@127.0.0.1:3128":     "redacted@127.0.0.1:3128",
		"user:canary@proxy.example/path": "redacted@proxy.example/path",
		"127.0.0.1:3128":                 "127.0.0.1:3128",
		"[::1]:3128":                     "[::1]:3128",
		"env":                            "env",
		// What the library refuses is logged too.
		"user:canary@a.example/b://c":   "[redacted]",
		"//user:canary@proxy.example":   "[redacted]",
		"http://user:canary":            "[redacted]",
		"http://user:can%ary@a.example": "[redacted]",
	} {
		for _, config := range []Config{{Proxy: url}, {BaseURL: url}} {
			if text := fmt.Sprintf("%v", config); !strings.HasSuffix(text, `":"`+shown+`"}`) {
				t.Errorf("%s: %s", url, text)
			}
		}
	}
}

func TestAttemptsAreLoggedBySlog(t *testing.T) {
	client := newClient(t)
	var text bytes.Buffer
	logger := slog.New(slog.NewTextHandler(&text, nil)) // Without Debug.
	if err := client.OnAttempt(SlogAttempts(logger)); err != nil {
		t.Fatal(err)
	}
	expect.Must[User](t)(client.AddUserWithoutCredentials(ctx, ada))
	_, err := client.GetUser(ctx, "nobody")
	if !errors.Is(err, ErrUserNotFound) {
		t.Error(err)
	}
	shown := text.String()
	if strings.Count(shown, "\n") != 1 || !strings.Contains(shown, "level=WARN msg=http_attempt operation=get_user") ||
		!strings.Contains(shown, "http_status=404 status=LID_ERROR_API code=user_not_found") {
		t.Error(shown)
	}
}
