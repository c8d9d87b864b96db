package native

import (
	"encoding/json"
	"os"
	"reflect"
	"testing"

	"github.com/libloginid/libloginid/bindings/go/internal/strictjson/strictjsontest"
)

func TestEachStatusHasItsName(t *testing.T) {
	text, err := os.ReadFile("../../../errors.json")
	if err != nil {
		t.Fatal(err)
	}
	var table struct {
		Statuses []struct {
			Number int
			Status string
		}
	}
	if err := json.Unmarshal(text, &table); err != nil || len(table.Statuses) < 14 {
		t.Fatal(err, table)
	}
	for _, row := range table.Statuses {
		if status := Status(row.Number); status.String() != row.Status || statusOf(row.Status) != status {
			t.Errorf("%+v", row)
		}
	}
	if statusOf("LID_ERROR_NEW") != 0 {
		t.Error("there is no such status")
	}
}

func TestAnErrorObjectHasTheMembersWithTheExactNames(t *testing.T) {
	strictjsontest.CheckNames(t, map[string]reflect.Type{"error": reflect.TypeOf(errorObject{})})
}
