package loginidv2

import "encoding/json"

// Config has the settings of a client. A field that is missing or 0 has its default; a
// pointer to 0 is 0. Durations are in milliseconds or seconds, as the names say.
type Config struct {
	// BaseURL is required: the application's address, as the dashboard shows it.
	BaseURL string `json:"base_url,omitempty"`
	// APIKey is a secret; APIKeyFile is the path of a file with it.
	APIKey     string `json:"api_key,omitempty"`
	APIKeyFile string `json:"api_key_file,omitempty"`
	// ApplicationID is required if the host of BaseURL does not begin with it.
	ApplicationID string `json:"application_id,omitempty"`
	// Issuer is that of the tokens; the BaseURL if not given.
	Issuer string `json:"issuer,omitempty"`
	// JWKS is a key set of which the keys are trusted without fetching them.
	JWKS json.RawMessage `json:"jwks,omitempty"`
	// FetchKeys, if it points to false, is that only the keys of JWKS are trusted.
	FetchKeys        *bool             `json:"fetch_keys,omitempty"`
	KeyCacheTTLS     *int              `json:"key_cache_ttl_s,omitempty"`
	LeewayS          *int              `json:"leeway_s,omitempty"`
	MaxTokenAgeS     *int              `json:"max_token_age_s,omitempty"`
	VerifiedTokens   int               `json:"verified_tokens,omitempty"`
	AllowHTTP        bool              `json:"allow_http,omitempty"`
	ConnectTimeoutMS int               `json:"connect_timeout_ms,omitempty"`
	RequestTimeoutMS int               `json:"request_timeout_ms,omitempty"`
	MaxRetries       *int              `json:"max_retries,omitempty"`
	CAFile           string            `json:"ca_file,omitempty"`
	CAPEM            string            `json:"ca_pem,omitempty"`
	ClientCertPEM    string            `json:"client_cert_pem,omitempty"`
	ClientKeyPEM     string            `json:"client_key_pem,omitempty"`
	Proxy            string            `json:"proxy,omitempty"`
	UserAgent        string            `json:"user_agent,omitempty"`
	Headers          map[string]string `json:"headers,omitempty"`
	MaxResponseBytes int               `json:"max_response_bytes,omitempty"`
}
