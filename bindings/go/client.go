package loginid

/*
#include <loginid.h>
*/
import "C"

import (
	"context"
	"encoding/json"
	"errors"
	"runtime"
	"sync"
)

// Client is a client of the LoginID service, for any number of goroutines.
type Client struct {
	mutex   sync.Mutex
	pointer *C.lid_client
	running int
	closed  bool
	log     logSink
}

// Config has the settings of a client. What is left out has its default.
// Durations are in milliseconds or seconds, as the names say.
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

// NewWithConfig makes a client with settings of its own.
func NewWithConfig(config Config) (*Client, error) {
	text, err := json.Marshal(config)
	if err != nil {
		return nil, argumentError("invalid_json", err.Error())
	}
	inputs := []input{given("config", string(text))}
	return construct(inputs, func(s []*C.char, client **C.lid_client, out **C.char) C.lid_status {
		return C.lid_new_with_config(s[0], client, out)
	})
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
	client := &Client{pointer: pointer}
	// The safety net, for a client that nobody closed.
	runtime.SetFinalizer(client, finalize)
	return client, nil
}

func finalize(client *Client) {
	_ = client.Close()
}

// Close frees the client. Calls that run in other goroutines come to their end
// first; later ones fail. It never fails itself and may be called again.
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
	if c.closed {
		return nil, argumentError("client_closed", "the client is closed")
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
	if c.closed && c.running == 0 {
		C.lid_free(c.pointer)
		c.pointer = nil
		c.log.free()
		runtime.SetFinalizer(c, nil)
	}
}

// function is a function of the C library with its client and its strings.
type function func(client *C.lid_client, texts []*C.char, out **C.char) C.lid_status

// call runs a function of a client and reads its result.
func call[T any](
	ctx context.Context, c *Client, run function, inputs ...input,
) (*T, error) {
	if err := ctx.Err(); err != nil {
		return nil, contextError(err)
	}
	client, err := c.begin()
	if err != nil {
		return nil, err
	}
	defer c.end()
	return decode[T](invoke(inputs, func(texts []*C.char, out **C.char) C.lid_status {
		return run(client, texts, out)
	}))
}

func contextError(cause error) *Error {
	failure := &Error{
		Status:  StatusCancelled,
		Code:    "cancelled",
		Message: "the context ended before the call",
		cause:   cause,
	}
	if errors.Is(cause, context.DeadlineExceeded) {
		failure.Status, failure.Code = StatusTimeout, "timeout"
	}
	return failure
}
