//go:build cgo

package native

import (
	"reflect"
)

// ConfigText is a configuration, a struct, as JSON. json.Marshal would leave a
// copy of the keys in a buffer of its own, so the fields with these names are written here.
func ConfigText[T any](config T, secrets ...string) ([]byte, error) {
	if err := checkUTF8(&config); err != nil {
		return nil, err
	}
	fields := reflect.ValueOf(&config).Elem()
	values := map[string]string{}
	for i := 0; i < fields.NumField(); i++ {
		name := nameOf(fields.Type().Field(i))
		for _, secret := range secrets {
			if name == secret {
				values[name] = fields.Field(i).String()
				fields.Field(i).SetString("")
			}
		}
	}
	others, err := marshal(config)
	if err != nil {
		return nil, err
	}
	size := len(others)
	for _, name := range secrets {
		size += len(name) + len(`\u0000`)*len(values[name]) + len(`,"":""`)
	}
	// Capacity for everything: growing would leave a copy.
	text := append(make([]byte, 0, size), others[:len(others)-1]...)
	for _, name := range secrets {
		if values[name] == "" {
			continue
		}
		if len(text) > 1 {
			text = append(text, ',')
		}
		text = append(text, `"`+name+`":"`...)
		text = appendEscaped(text, values[name])
		text = append(text, '"')
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

// Wipe overwrites a text.
func Wipe(text []byte) {
	for i := range text {
		text[i] = 0
	}
}
