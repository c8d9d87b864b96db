//go:build cgo

package native

import (
	"encoding/json"

	"github.com/libloginid/libloginid/bindings/go/internal/strictjson"
)

// Result is part of every result: the complete answer, for members that this package
// has no fields for.
type Result struct {
	Raw json.RawMessage `json:"-"`
}

func (r *Result) setRaw(text []byte) {
	r.Raw = text
}

// Decode reads a result and keeps its text.
func Decode[T any](text []byte, err error) (*T, error) {
	if err != nil {
		return nil, err
	}
	result := new(T)
	if err := strictjson.Unmarshal(text, result); err != nil {
		failure := &Error{Status: StatusResponse, Code: "invalid_response", Message: err.Error()}
		return nil, failure.written()
	}
	if keeper, ok := any(result).(interface{ setRaw([]byte) }); ok {
		keeper.setRaw(text)
	}
	return result, nil
}
