package loginid

/*
#include <loginid.h>
*/
import "C"

import (
	"context"
	"encoding/json"
	"runtime"
	"sync"
	"unsafe"
)

// Client is a client of the LoginID service, for any number of goroutines.
type Client struct {
	mutex   sync.Mutex
	pointer *C.lid_client
	running int
	closed  bool
	log     *logSink
	// The TimeoutMS of its options, or 0. It does not change.
	timeoutMS int64
}

// Config has the settings of a client. A field that is missing or 0 has its default; a
// pointer to 0 is 0. Durations are in milliseconds or seconds, as the names say.
type Config struct {
	ClientID         string            `json:"client_id"`
	PrivateKey       string            `json:"private_key,omitempty"`
	PrivateKeyFile   string            `json:"private_key_file,omitempty"`
	Management       bool              `json:"management,omitempty"`
	BaseURL          string            `json:"base_url,omitempty"`
	AllowHTTP        bool              `json:"allow_http,omitempty"`
	ConnectTimeoutMS int               `json:"connect_timeout_ms,omitempty"`
	RequestTimeoutMS int               `json:"request_timeout_ms,omitempty"`
	WaitTimeoutMS    int               `json:"wait_timeout_ms,omitempty"`
	MaxRetries       *int              `json:"max_retries,omitempty"`
	CAFile           string            `json:"ca_file,omitempty"`
	CAPEM            string            `json:"ca_pem,omitempty"`
	ClientCertPEM    string            `json:"client_cert_pem,omitempty"`
	ClientKeyPEM     string            `json:"client_key_pem,omitempty"`
	Proxy            string            `json:"proxy,omitempty"`
	LeewayS          *int              `json:"leeway_s,omitempty"`
	Issuer           string            `json:"issuer,omitempty"`
	MaxTokenAgeS     *int              `json:"max_token_age_s,omitempty"`
	RequireExp       bool              `json:"require_exp,omitempty"`
	PublicKeys       map[string]string `json:"public_keys,omitempty"`
	KeyCacheTTLS     *int              `json:"key_cache_ttl_s,omitempty"`
	FetchKeys        *bool             `json:"fetch_keys,omitempty"`
	VerifiedTokens   int               `json:"verified_tokens,omitempty"`
	UserAgent        string            `json:"user_agent,omitempty"`
	Headers          map[string]string `json:"headers,omitempty"`
	MaxResponseBytes int               `json:"max_response_bytes,omitempty"`
}

// New makes a client for an application. The key (PEM) may be empty, since
// applications may be public; an empty base URL is the public service.
func New(clientID, privateKey, baseURL string) (*Client, error) {
	inputs := []input{
		given("client_id", clientID),
		maybe("private_key", privateKey),
		maybe("base_url", baseURL),
	}
	return construct(inputs, func(s []*C.char, client **C.lid_client, out **C.char) C.lid_status {
		return C.lid_new(s[0], s[1], s[2], client, out)
	})
}

// NewManagement makes a client for a management application, which needs a key.
func NewManagement(clientID, privateKey, baseURL string) (*Client, error) {
	inputs := []input{
		given("client_id", clientID),
		given("private_key", privateKey),
		maybe("base_url", baseURL),
	}
	return construct(inputs, func(s []*C.char, client **C.lid_client, out **C.char) C.lid_status {
		return C.lid_new_management(s[0], s[1], s[2], client, out)
	})
}

// NewWithConfig makes a client from a configuration.
func NewWithConfig(config Config) (*Client, error) {
	text, err := config.text()
	if err != nil {
		return nil, argumentError("invalid_json", err.Error())
	}
	defer func() {
		for i := range text {
			text[i] = 0
		}
	}()
	// The same memory, so that there is one copy to wipe.
	inputs := []input{given("config", *(*string)(unsafe.Pointer(&text)))}
	return construct(inputs, func(s []*C.char, client **C.lid_client, out **C.char) C.lid_status {
		return C.lid_new_with_config(s[0], client, out)
	})
}

// text is the configuration as JSON. json.Marshal would leave a copy of the keys
// in a buffer of its own, so they are written here.
func (c Config) text() ([]byte, error) {
	secrets := []struct{ name, value string }{
		{"private_key", c.PrivateKey},
		{"client_key_pem", c.ClientKeyPEM},
	}
	c.PrivateKey, c.ClientKeyPEM = "", ""
	others, err := json.Marshal(c)
	if err != nil {
		return nil, err
	}
	size := len(others)
	for _, secret := range secrets {
		size += len(secret.name) + len(`\u0000`)*len(secret.value) + len(`,"":""`)
	}
	// Capacity for everything: growing would leave a copy.
	text := append(make([]byte, 0, size), others[:len(others)-1]...)
	for _, secret := range secrets {
		if secret.value != "" {
			text = append(text, `,"`+secret.name+`":"`...)
			text = appendEscaped(text, secret.value)
			text = append(text, '"')
		}
	}
	return append(text, '}'), nil
}

// appendEscaped appends the content of a JSON string, without the quotes.
func appendEscaped(text []byte, value string) []byte {
	const digits = "0123456789abcdef"
	for i := 0; i < len(value); i++ {
		switch character := value[i]; {
		case character == '"' || character == '\\':
			text = append(text, '\\', character)
		case character < ' ':
			text = append(text, `\u00`...)
			text = append(text, digits[character>>4], digits[character&15])
		default:
			text = append(text, character)
		}
	}
	return text
}

// NewFromEnv makes a client from the LOGINID_… environment variables.
func NewFromEnv() (*Client, error) {
	return construct(nil, func(_ []*C.char, client **C.lid_client, out **C.char) C.lid_status {
		return C.lid_new_from_env(client, out)
	})
}

func construct(
	inputs []input,
	run func([]*C.char, **C.lid_client, **C.char) C.lid_status,
) (*Client, error) {
	var pointer *C.lid_client
	_, err := invoke(inputs, func(texts []*C.char, out **C.char) C.lid_status {
		return run(texts, &pointer, out)
	})
	if err != nil {
		return nil, err
	}
	return newOwner(pointer, &logSink{}), nil
}

// newOwner is a Client that frees its pointer.
func newOwner(pointer *C.lid_client, log *logSink) *Client {
	log.share()
	client := &Client{pointer: pointer, log: log}
	// The safety net, for a client that is never closed.
	runtime.SetFinalizer(client, finalize)
	return client
}

func finalize(client *Client) {
	_ = client.Close()
}

// Close frees the client, once the calls that run in other goroutines have ended;
// it does not wait for them. Later calls fail with StatusInvalidArgument and the
// code client_closed. It never fails and may be called more than once.
func (c *Client) Close() error {
	c.mutex.Lock()
	defer c.mutex.Unlock()
	if !c.closed {
		c.closed = true
		c.freeIfIdle()
	}
	return nil
}

// begin keeps the client from being freed until end.
func (c *Client) begin() (*C.lid_client, error) {
	c.mutex.Lock()
	defer c.mutex.Unlock()
	if c.pointer == nil || c.closed {
		return nil, argumentError("client_closed", "the client is closed, or was not made by New…")
	}
	c.running++
	return c.pointer, nil
}

func (c *Client) end() {
	c.mutex.Lock()
	defer c.mutex.Unlock()
	c.running--
	c.freeIfIdle()
}

func (c *Client) freeIfIdle() {
	if c.closed && c.running == 0 && c.pointer != nil {
		C.lid_free(c.pointer)
		c.pointer = nil
		c.log.release()
		runtime.SetFinalizer(c, nil)
	}
}

// function is a function of the C library with its client and its strings.
type function func(client *C.lid_client, texts []*C.char, out **C.char) C.lid_status

// call runs a function of a client, whose operation has this name, and reads its result.
func call[T any](
	ctx context.Context, c *Client, name string, run function, inputs ...input,
) (*T, error) {
	if err := ended(ctx); err != nil {
		return nil, contextError(err, name)
	}
	client, err := c.begin()
	if err != nil {
		return nil, err
	}
	defer c.end()
	client, stop, err := within(ctx, client, c.timeoutMS)
	if err != nil {
		return nil, err
	}
	defer stop()
	attempts := events{listener: c.log.current()}
	result, err := decode[T](invoke(inputs, func(texts []*C.char, out **C.char) (status C.lid_status) {
		attempts.gather(func() { status = run(client, texts, out) })
		return status
	}))
	addCause(ctx, err)
	attempts.report()
	return result, err
}
