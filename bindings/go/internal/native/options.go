package native

// Options are settings for the calls of a client that WithOptions makes. What is missing
// or 0 stays as it is; a pointer to 0 is 0.
type Options struct {
	// TimeoutMS is the limit of each call in milliseconds, in place of RequestTimeoutMS and
	// WaitTimeoutMS of the configuration. With the deadline of a call's context, the earlier
	// one counts.
	TimeoutMS int `json:"timeout_ms,omitempty"`
	// MaxRetries is the number of retries.
	MaxRetries *int `json:"max_retries,omitempty"`
	// Headers replace those of the client with the same name, or are added.
	Headers map[string]string `json:"headers,omitempty"`
	// RequestID is sent with each request, in place of a new one for each call: 1 to 128
	// visible ASCII characters.
	RequestID string `json:"request_id,omitempty"`
}

// WithOptions makes a client with other options, which shares the connections, keys and log
// function of this one.
func (h *Handle) WithOptions(options Options) (*Handle, error) {
	client, err := h.begin()
	if err != nil {
		return nil, err
	}
	defer h.end()
	derived, err := h.derive(client, Object("options", &options), nil)
	if err != nil {
		return nil, err
	}
	made := newHandle(h.service, derived, h.log)
	made.timeoutMS = h.timeoutMS
	if options.TimeoutMS > 0 {
		made.timeoutMS = int64(options.TimeoutMS)
	}
	return made, nil
}
