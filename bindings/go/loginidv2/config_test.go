package loginidv2_test

import (
	"bytes"
	"encoding/json"
	"fmt"
	"log/slog"
	"net/http"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/libloginid/libloginid/bindings/go/internal/expect"
	"github.com/libloginid/libloginid/bindings/go/loginidv2"
)

func TestConstructorsReportWhatIsWrong(t *testing.T) {
	good := service.V2Config()
	key := filepath.Join(t.TempDir(), "key")
	if err := os.WriteFile(key, []byte(good.APIKey+"\n"), 0o600); err != nil {
		t.Fatal(err)
	}
	for _, make := range []func() (*loginidv2.Client, error){
		loginidv2.NewFromEnv,
		func() (*loginidv2.Client, error) { return loginidv2.New(good.BaseURL, good.APIKey) },
		func() (*loginidv2.Client, error) {
			return loginidv2.NewWithConfig(loginidv2.Config{BaseURL: good.BaseURL, APIKeyFile: key})
		},
	} {
		client := expect.Must[loginidv2.Client](t)(make())
		expect.Must[loginidv2.Grant](t)(client.CreateGrant(ctx, ada, loginidv2.ScopePasskeyRead))
		succeeds(t, client.Close())
	}
	for code, config := range map[string]loginidv2.Config{
		"missing_field":        {},
		"invalid_base_url":     {BaseURL: good.BaseURL + "/path"},
		"invalid_api_key":      {BaseURL: good.BaseURL, APIKey: "a:b"},
		"out_of_range":         {BaseURL: good.BaseURL, RequestTimeoutMS: 86_400_001},
		"contradictory_fields": {BaseURL: good.BaseURL, FetchKeys: new(bool)},
		"invalid_public_key":   {BaseURL: good.BaseURL, JWKS: json.RawMessage(`{"keys":[]}`)},
		"invalid_json":         {BaseURL: good.BaseURL, JWKS: json.RawMessage(`{`)},
		"insecure_base_url":    {BaseURL: "http://example.com"},
		"unreadable_file":      {BaseURL: good.BaseURL, APIKeyFile: "/no/such/file"},
	} {
		_, err := loginidv2.NewWithConfig(config)
		if failure := failureOf(t, err); failure.Code != code {
			t.Errorf("%s: %v", code, err)
		}
	}
}

// encoding/json would replace what is not UTF-8.
func TestTextsThatAreNotUTF8AreRefused(t *testing.T) {
	const bad = "\xff"
	client := newClient(t)
	for name, call := range map[string]func() error{
		"headers": func() error {
			_, err := loginidv2.NewWithConfig(loginidv2.Config{BaseURL: "https://a.example", Headers: map[string]string{"X-A": bad}})
			return err
		},
		"user_agent": func() error {
			_, err := loginidv2.NewWithConfig(loginidv2.Config{BaseURL: "https://a.example", UserAgent: bad})
			return err
		},
		"api_key": func() error {
			_, err := loginidv2.NewWithConfig(loginidv2.Config{BaseURL: "https://a.example", APIKey: bad})
			return err
		},
		"jwks": func() error {
			_, err := loginidv2.NewWithConfig(loginidv2.Config{BaseURL: "https://a.example", JWKS: json.RawMessage(`{"a":"` + bad + `"}`)})
			return err
		},
		"request_id": func() error {
			_, err := client.WithOptions(loginidv2.Options{RequestID: bad})
			return err
		},
		"display_name": func() error {
			_, err := client.RegisterInit(ctx, ada, &loginidv2.RegisterOptions{DisplayName: bad}, "")
			return err
		},
		"device_info": func() error {
			_, err := client.AuthenticateInit(ctx, ada, &loginidv2.AuthenticateOptions{DeviceInfo: json.RawMessage(`{"a":"` + bad + `"}`)})
			return err
		},
	} {
		err := call()
		if failure := failureOf(t, err); failure.Code != "invalid_utf8" || !strings.Contains(failure.Message, name) {
			t.Errorf("%s: %v", name, err)
		}
	}
}

func TestNothingSecretIsFormattedOrLogged(t *testing.T) {
	const secret = "canary"
	retries := 3
	config := loginidv2.Config{
		BaseURL: "https://user:" + secret + "@app.example", APIKey: secret, ClientKeyPEM: secret,
		Proxy: "http://" + secret + ":" + secret + "@proxy.example:3128", Headers: map[string]string{"X-Gateway": secret},
		MaxRetries: &retries, JWKS: json.RawMessage(`{"keys":[]}`),
	}
	options := loginidv2.Options{Headers: map[string]string{"Authorization": secret}}
	client := newClient(t)
	for _, value := range []any{
		config, &config, []loginidv2.Config{config}, map[string]any{"config": config}, client,
		options, &options, map[string]any{"options": options},
		loginidv2.Token(secret), struct{ Who loginidv2.Who }{loginidv2.Token(secret)},
	} {
		shown := ""
		for _, verb := range []string{"%v", "%+v", "%#v", "%s", "%q", "%x", "%d"} {
			shown += fmt.Sprintf(verb+"\n", value)
		}
		var text bytes.Buffer
		slog.New(slog.NewTextHandler(&text, nil)).Info("it", "value", value)
		switch value.(type) {
		case loginidv2.Config, *loginidv2.Config, loginidv2.Options, *loginidv2.Options, loginidv2.Who, *loginidv2.Client:
			slog.New(slog.NewJSONHandler(&text, nil)).Info("it", "value", value)
		}
		shown += text.String()
		for _, hidden := range []string{secret, fmt.Sprintf("%x", secret), service.V2Config().APIKey} {
			if strings.Contains(shown, hidden) {
				t.Errorf("%T: %s", value, shown)
			}
		}
	}
	shown := fmt.Sprintf("%+v", config)
	for _, part := range []string{`"max_retries":3`, `"api_key":"[redacted]"`, `"X-Gateway":"[redacted]"`, "proxy.example:3128", "app.example"} {
		if !strings.Contains(shown, part) {
			t.Errorf("no %s in %s", part, shown)
		}
	}
	if shown := fmt.Sprint(client); shown != "loginidv2.Client(open)" {
		t.Error(shown)
	}
	_ = client.Close()
	if shown := fmt.Sprintf("%#v", client); shown != "loginidv2.Client(closed)" {
		t.Error(shown)
	}
}

func TestAttemptsAreLogged(t *testing.T) {
	client := newClient(t)
	control(t, http.MethodPost, "faults", map[string]any{"times": 1, "fault": map[string]any{
		"kind": "status", "code": 429, "headers": [][]string{{"retry-after", "0"}},
	}}, nil)
	var text bytes.Buffer
	logger := slog.New(slog.NewJSONHandler(&text, &slog.HandlerOptions{Level: slog.LevelDebug}))
	succeeds(t, client.OnAttempt(loginidv2.SlogAttempts(logger)))
	expect.Must[loginidv2.ServiceVersion](t)(client.GetVersion(ctx))
	var events []map[string]any
	for _, line := range strings.Split(strings.TrimSpace(text.String()), "\n") {
		event := map[string]any{}
		if err := json.Unmarshal([]byte(line), &event); err != nil {
			t.Fatal(err)
		}
		events = append(events, event)
	}
	if len(events) != 2 {
		t.Fatal(text.String())
	}
	for i, want := range []map[string]any{
		{"level": "WARN", "attempt": 1.0, "http_status": 429.0, "status": "LID_ERROR_RATE_LIMITED", "code": "rate_limited"},
		{"level": "DEBUG", "attempt": 2.0, "http_status": 200.0, "status": nil, "code": nil, "retry_in": nil},
	} {
		want["msg"], want["operation"], want["method"] = "http_attempt", "v2_get_version", "GET"
		want["path"], want["request_id"] = "/fido2/v2/version", events[0]["request_id"]
		for name, value := range want {
			if events[i][name] != value {
				t.Errorf("%s is %v, not %v", name, events[i][name], value)
			}
		}
		if events[i]["duration"].(float64) <= 0 {
			t.Errorf("%v", events[i])
		}
	}
	// The next attempt follows at once, and there is one.
	if wait, ok := events[0]["retry_in"].(float64); !ok || wait <= 0 {
		t.Errorf("%v", events[0])
	}
	// The old form: JSON texts, during the call.
	var events2 []string
	succeeds(t, client.SetLogFunc(func(event string) { events2 = append(events2, event) }))
	expect.Must[loginidv2.ServiceVersion](t)(client.GetVersion(ctx))
	succeeds(t, client.SetLogFunc(nil))
	expect.Must[loginidv2.ServiceVersion](t)(client.GetVersion(ctx))
	if len(events2) != 1 || !json.Valid([]byte(events2[0])) {
		t.Error(events2)
	}
}
