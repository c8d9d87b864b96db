package loginid

import (
	"errors"
	"os"
	"reflect"
	"strings"
	"testing"

	"github.com/libloginid/libloginid/bindings/go/internal/expect"
)

func TestConstructorsReportWhatIsWrong(t *testing.T) {
	id, url := os.Getenv("LOGINID_CLIENT_ID"), os.Getenv("LOGINID_BASE_URL")
	pair := expect.Must[KeyPair](t)(GenerateKeyPair())
	for _, good := range []func() (*Client, error){
		func() (*Client, error) { return New(id, "", url) },
		func() (*Client, error) { return New(id, pair.PrivateKey, "") },
		func() (*Client, error) { return NewManagement(id, pair.PrivateKey, url) },
		func() (*Client, error) {
			return NewWithConfig(Config{ClientID: id, BaseURL: url, RequestTimeoutMS: 9000})
		},
	} {
		expect.Must[Client](t)(good()).Close()
	}
	for want, bad := range map[Status]func() (*Client, error){
		StatusInvalidArgument: func() (*Client, error) { return New("", "", url) },
		StatusPrivateKey:      func() (*Client, error) { return New(id, "no key", url) },
		StatusConfig:          func() (*Client, error) { return NewWithConfig(Config{ClientID: id, BaseURL: "ftp://x"}) },
	} {
		_, err := bad()
		var failure *Error
		if !errors.As(err, &failure) || failure.Status != want {
			t.Errorf("%v: %v", want, err)
		}
	}
}

func TestSettingsOutOfRangeAreNamed(t *testing.T) {
	id := os.Getenv("LOGINID_CLIENT_ID")
	negative := -1
	huge := int(^uint(0) >> 1)
	for field, bad := range map[string][]Config{
		"connect_timeout_ms": {{ConnectTimeoutMS: -1}, {ConnectTimeoutMS: huge}},
		"request_timeout_ms": {{RequestTimeoutMS: -5000}, {RequestTimeoutMS: 86_400_001}},
		"wait_timeout_ms":    {{WaitTimeoutMS: -1}, {WaitTimeoutMS: 1 << 32}},
		"max_retries":        {{MaxRetries: &negative}, {MaxRetries: &huge}},
		"leeway_s":           {{LeewayS: &negative}},
		"max_token_age_s":    {{MaxTokenAgeS: &negative}, {MaxTokenAgeS: new(int)}},
		"key_cache_ttl_s":    {{KeyCacheTTLS: &negative}, {KeyCacheTTLS: new(int)}},
		"verified_tokens":    {{VerifiedTokens: -1}, {VerifiedTokens: 1_000_001}},
		"max_response_bytes": {{MaxResponseBytes: -1}},
	} {
		for _, config := range bad {
			config.ClientID = id
			_, err := NewWithConfig(config)
			var failure *Error
			if !errors.As(err, &failure) || failure.Status != StatusConfig || !strings.Contains(failure.Message, field) {
				t.Errorf("%s: %v", field, err)
			}
		}
	}
}

func TestTheKeysOfAConfigurationAreEscaped(t *testing.T) {
	odd := "quote \" back \\ line\r\n\ttab nul\x00 \x1f é 😀 </script>"
	config := Config{ClientID: "id", PrivateKey: odd, ClientKeyPEM: odd + odd, Proxy: "env", MaxRetries: new(int)}
	text, err := config.text()
	if err != nil {
		t.Fatal(err)
	}
	var read Config
	parse(t, text, &read)
	if !reflect.DeepEqual(read, config) {
		t.Errorf("%+v", read)
	}
	pair := expect.Must[KeyPair](t)(GenerateKeyPair())
	client := expect.Must[Client](t)(NewWithConfig(Config{ClientID: "id", PrivateKey: pair.PrivateKey}))
	defer client.Close()
	expect.Must[Token](t)(client.GenerateServiceToken(ctx, "users.retrieve", Who{}, ""))
}
