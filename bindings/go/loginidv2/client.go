package loginidv2

import "github.com/libloginid/libloginid/bindings/go/internal/native"

// Client is a client of LoginID's current service, for any number of goroutines.
type Client struct {
	handle *native.Handle
}

// New makes a client for an application with its base URL, which the dashboard shows. The API
// key may be empty; the calls that need it then fail with [ErrAPIKeyRequired].
func New(baseURL, apiKey string) (*Client, error) {
	return clientOf(native.NewV2(baseURL, apiKey))
}

// NewWithConfig makes a client from a configuration.
func NewWithConfig(config Config) (*Client, error) {
	text, err := native.ConfigText(config, "api_key", "client_key_pem")
	if err != nil {
		return nil, err
	}
	defer native.Wipe(text)
	return clientOf(native.NewV2WithConfig(text))
}

// NewFromEnv makes a client from the environment: LOGINID_V2_BASE_URL, LOGINID_V2_API_KEY or
// LOGINID_V2_API_KEY_FILE, LOGINID_V2_APPLICATION_ID, LOGINID_V2_ISSUER, and the LOGINID_…
// variables of the other settings.
func NewFromEnv() (*Client, error) {
	return clientOf(native.NewV2FromEnv())
}
