package loginid

import "encoding/json"

// Result is part of every result: the complete answer, for members that this package
// has no fields for.
type Result struct {
	Raw json.RawMessage `json:"-"`
}

func (r *Result) setRaw(text []byte) {
	r.Raw = text
}

// decode reads a result and keeps its text.
func decode[T any](text []byte, err error) (*T, error) {
	if err != nil {
		return nil, err
	}
	result := new(T)
	if err := unmarshal(text, result); err != nil {
		failure := &Error{Status: StatusResponse, Code: "invalid_response", Message: err.Error()}
		return nil, failure.written()
	}
	if keeper, ok := any(result).(interface{ setRaw([]byte) }); ok {
		keeper.setRaw(text)
	}
	return result, nil
}
