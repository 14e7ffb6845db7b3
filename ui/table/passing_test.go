package table_test

import (
	"fmt"
	"slices"
	"testing"

	"canopy/ui/table"
)

// TestManyRowsPassAlike holds that rows which are filtered in parts are those, in that order, that pass one by one.
func TestManyRowsPassAlike(t *testing.T) {
	s := schema()
	rows := items(45_678)
	all := s.Arrange(rows, table.Query{})
	var want []*item
	for i := range all.Len() {
		if one := s.Arrange([]*item{all.At(i)}, table.Query{Filter: "7"}); one.Len() == 1 {
			want = append(want, all.At(i))
		}
	}
	for name, got := range map[string]*table.Arrangement[*item]{
		"anew":    s.Arrange(rows, table.Query{Filter: "7"}),
		"widened": all.With(table.Query{Filter: "77"}).With(table.Query{Filter: "7"}),
	} {
		if list := slices.Collect(got.All()); len(list) == 0 || !slices.Equal(list, want) {
			t.Errorf("%s: %d rows pass, want %d", name, len(list), len(want))
		}
	}
}

// TestManyRowsPanicAlike holds that a schema which panics does so on the goroutine that arranges.
func TestManyRowsPanicAlike(t *testing.T) {
	s := schema()
	s.Columns[0].Text = func(*item) string { panic("broken on purpose") }
	defer func() {
		if got := fmt.Sprint(recover()); got != "broken on purpose" {
			t.Errorf("panic %s", got)
		}
	}()
	s.Arrange(items(45_678), table.Query{Filter: "7"})
}
