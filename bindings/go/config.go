package loginid

import "github.com/libloginid/libloginid/bindings/go/internal/native"

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

// text is the configuration as JSON.
func (c Config) text() ([]byte, error) {
	return native.ConfigText(c, "private_key", "client_key_pem")
}
