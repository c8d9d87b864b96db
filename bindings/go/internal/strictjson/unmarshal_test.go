package strictjson

import (
	"encoding/json"
	"reflect"
	"testing"
)

type values struct {
	Text   string          `json:"text"`
	Number json.Number     `json:"number"`
	Count  int             `json:"count"`
	Flag   bool            `json:"flag"`
	Raw    json.RawMessage `json:"raw"`
	Texts  []string        `json:"texts"`
	Inner  *inner          `json:"inner"`
}

type inner struct {
	Text string `json:"text"`
}

// Values that are taken as they are in the text are those that encoding/json reads.
func TestValuesAreThoseOfEncodingJSON(t *testing.T) {
	for _, text := range []string{
		`{}`,
		`{"text":"","number":0,"count":1,"flag":true,"raw":"","texts":[],"inner":{}}`,
		" {\n\t\"text\" : \"a\" , \"number\" : -1.50e+3 , \"flag\" : false , \"raw\" : { \"a\" : 1 } , \"inner\" : { \"text\" : \"b\" } } ",
		`{"text":"\"\\\/\b\u00e9\ud83d\ude00\ud800"}`,
		"{\"text\":\"é😀\u2028\"}",
		"{\"text\":\"\xff\xc3\",\"texts\":[\"\xff\",\"b\\n\"]}",
		`{"text":null,"number":null,"flag":null,"texts":["a","b"],"raw":[1,2]}`,
		`{"number":12345678901234567890123}`,
		`{"text":1}`,
		`{"text":true}`,
		`{"text":{}}`,
		`{"flag":"true"}`,
		`{"flag":1}`,
		`{"count":1.5}`,
		`{"number":true}`,
		`{"number":[]}`,
		`{"text":"a`,
		`{"flag":tru}`,
		``,
	} {
		var ours, theirs values
		err, theirErr := Unmarshal([]byte(text), &ours), json.Unmarshal([]byte(text), &theirs)
		if (err == nil) != (theirErr == nil) {
			t.Errorf("%q: %v, encoding/json: %v", text, err, theirErr)
		}
		if err == nil && !reflect.DeepEqual(ours, theirs) {
			t.Errorf("%q: %+v, encoding/json: %+v", text, ours, theirs)
		}
	}
}

func TestATextIsNoNumber(t *testing.T) {
	var read values
	if err := Unmarshal([]byte(`{"number":"1"}`), &read); err == nil {
		t.Errorf("read %+v", read)
	}
}
