package output

import (
	"encoding/json"
	"strings"
	"testing"
)

func TestWriteRows(t *testing.T) {
	titles := []string{"VERDICT", "", "IMAGE", "IMAGE"}
	rows := [][]string{{"failed", "!", "=cmd()", "a\x1b[31mb"}, {"scanned", "", "web:1", ""}}
	write := func(f Format) string {
		var b strings.Builder
		if err := WriteRows(&b, f, titles, rows); err != nil {
			t.Fatal(err)
		}
		if strings.Contains(b.String(), "\x1b") {
			t.Errorf("%s lets a control character out: %q", f, b.String())
		}
		return b.String()
	}
	var list []map[string]string
	if err := json.Unmarshal([]byte(write(JSON)), &list); err != nil {
		t.Fatal(err)
	}
	if len(list) != 2 || list[0]["verdict"] != "failed" || list[0]["2"] != "!" || list[0]["image"] != "=cmd()" || list[1]["image 4"] != "" || len(list[0]) != 4 {
		t.Errorf("%v", list)
	}
	if got := write(CSV); strings.Contains(got, ",=cmd") || strings.Count(got, "\n") != 3 {
		t.Errorf("a formula gets out: %s", got)
	}
	if got := write(Table); !strings.Contains(got, "VERDICT") || !strings.Contains(got, "web:1") {
		t.Error(got)
	}
	if err := WriteRows(&strings.Builder{}, SARIF, titles, rows); err == nil {
		t.Error("rows are written as SARIF")
	}
}
