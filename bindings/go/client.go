package loginid

import "github.com/libloginid/libloginid/bindings/go/internal/native"

// Client is a client of the LoginID service, for any number of goroutines.
type Client struct {
	handle *native.Handle
}

// New makes a client for an application. The key (PEM) may be empty, since
// applications may be public; an empty base URL is the public service.
func New(clientID, privateKey, baseURL string) (*Client, error) {
	return clientOf(native.New(clientID, privateKey, baseURL))
}

// NewManagement makes a client for a management application, which needs a key.
func NewManagement(clientID, privateKey, baseURL string) (*Client, error) {
	return clientOf(native.NewManagement(clientID, privateKey, baseURL))
}

// NewWithConfig makes a client from a configuration.
func NewWithConfig(config Config) (*Client, error) {
	text, err := config.text()
	if err != nil {
		return nil, err
	}
	defer native.Wipe(text)
	return clientOf(native.NewWithConfig(text))
}

// NewFromEnv makes a client from the LOGINID_… environment variables.
func NewFromEnv() (*Client, error) {
	return clientOf(native.NewFromEnv())
}
