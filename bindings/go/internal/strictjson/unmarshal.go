// Package strictjson reads JSON texts by the exact names of their members.
package strictjson

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"reflect"
	"unicode/utf8"
)

var (
	numberType = reflect.TypeOf(json.Number(""))
	rawType    = reflect.TypeOf(json.RawMessage(nil))
	stringType = reflect.TypeOf("")
)

// Unmarshal reads a JSON text into a pointer to a struct, as json.Unmarshal does, but
// only members with exactly the names of its tags. json.Unmarshal matches names without
// regard to case (golang/go#14750): "UDATA" would be read as "udata", and "ſub" as
// "sub", which the C library has not checked. Null is the same as absent.
func Unmarshal(text []byte, into any) error {
	return unmarshalValue(text, reflect.ValueOf(into).Elem(), "")
}

func unmarshalValue(text []byte, into reflect.Value, path string) error {
	if string(text) == "null" {
		return nil
	}
	if copied(text, into) {
		return nil
	}
	reader, reads := into.Addr().Interface().(json.Unmarshaler)
	switch kind := into.Kind(); {
	case reads: // Claims, whose error begins with a path within them.
		if err := reader.UnmarshalJSON(text); err != nil {
			return fmt.Errorf("%s%w", path, err)
		}
		return nil
	case into.Type() == numberType && text[0] == '"':
		// json.Unmarshal would read a number from a string.
		return fmt.Errorf("%s is a string, not a number", path)
	case kind == reflect.Struct:
		return unmarshalMembers(text, into, path)
	case kind == reflect.Pointer:
		into.Set(reflect.New(into.Type().Elem()))
		return unmarshalValue(text, into.Elem(), path)
	case kind == reflect.Slice:
		return unmarshalItems(text, into, path)
	default: // It contains no names.
		return at(path, json.Unmarshal(text, into.Addr().Interface()))
	}
}

// copied takes a value as it is in the text, if it is written so. json.Unmarshal would check each
// text once more, which takes most of its time. Only the text of a whole result may be no valid JSON;
// that is read into a struct, of which nothing is taken here.
func copied(text []byte, into reflect.Value) bool {
	if into.Kind() == reflect.Struct {
		return false
	}
	switch first := text[0]; {
	case into.Type() == rawType:
		into.SetBytes(text)
	case into.Type() == numberType && (first == '-' || '0' <= first && first <= '9'):
		into.SetString(string(text))
	case into.Type() == stringType && first == '"' && utf8.Valid(text) && bytes.IndexByte(text, '\\') < 0:
		into.SetString(string(text[1 : len(text)-1]))
	case into.Kind() == reflect.Bool && (first == 't' || first == 'f'):
		into.SetBool(first == 't')
	default:
		return false
	}
	return true
}

func unmarshalMembers(text []byte, into reflect.Value, path string) error {
	var members map[string]json.RawMessage
	if err := json.Unmarshal(text, &members); err != nil {
		return at(path, err)
	}
	for i := 0; i < into.NumField(); i++ {
		name := into.Type().Field(i).Tag.Get("json")
		member, given := members[name]
		if name == "" || name == "-" || !given {
			continue
		}
		if err := unmarshalValue(member, into.Field(i), path+"/"+name); err != nil {
			return err
		}
	}
	return nil
}

func unmarshalItems(text []byte, into reflect.Value, path string) error {
	var items []json.RawMessage
	if err := json.Unmarshal(text, &items); err != nil {
		return at(path, err)
	}
	into.Set(reflect.MakeSlice(into.Type(), len(items), len(items)))
	for i, item := range items {
		if err := unmarshalValue(item, into.Index(i), fmt.Sprintf("%s/%d", path, i)); err != nil {
			return err
		}
	}
	return nil
}

// at is the JSON pointer of a value with another type.
func at(path string, err error) error {
	var mistyped *json.UnmarshalTypeError
	if errors.As(err, &mistyped) {
		return fmt.Errorf("%s is of the type %s, not a Go %s", path, mistyped.Value, mistyped.Type.Kind())
	}
	return err
}
