package table_test

import (
	"math/rand/v2"
	"slices"
	"strings"
	"testing"

	"canopy/ui/table"
)

func filterItems() []*item {
	return []*item{
		{"a", "web-1", "shop", 1}, {"b", "web 2", "shop-eu", 2}, {"c", "Api:v1", "data", 3},
		{"d", `say "hi"`, "data", 10}, {"e", "Größe", "", 0}, {"f", "a,b", "shop", 4},
	}
}

func TestFilter(t *testing.T) {
	s := schema()
	a := s.Arrange(filterItems(), table.Query{})
	for text, want := range map[string]string{
		"":                "abcdef",
		"web":             "ab",
		"WEB":             "ab",
		"!web":            "cdef",
		"web 2":           "b",
		`"web 2"`:         "b",
		`"WEB 2`:          "b",
		`!"web 2"`:        "acdef",
		`\"hi\"`:          "d",
		`"say \"hi"`:      "d",
		`"!web"`:          "",
		"api:v1":          "c",
		`"in:shop"`:       "",
		"größe":           "e",
		"GRÖSSE":          "",
		"GRÖß":            "e",
		"in:shop":         "abf",
		"IN:Shop":         "abf",
		"in:=shop":        "af",
		"in:shop,data":    "abcdf",
		"in:shop-,data,":  "bcd",
		`in:"shop"`:       "abf",
		"!in:shop,data":   "e",
		"in:":             "abcdef",
		"in:,":            "abcdef",
		"in:=":            "abcdef",
		"!":               "abcdef",
		"~":               "abcdef",
		"a,b":             "f",
		"~^web.\\d$":      "ab",
		"~^WEB":           "ab",
		"!~^web":          "cdef",
		`~"web \d"`:       "b",
		"~v1$|^a,":        "cf",
		"in:~p$":          "af",
		"in:~p$|^d":       "acdf",
		"in:data,~p{1,1}": "abcdf",
		"big:>=3":         "cdf",
		"big:>3":          "df",
		"big:<=1":         "ae",
		"big:<1,>4":       "de",
		"!big:>=3":        "abe",
		"size:=1":         "a",
		"big:1":           "ad",
		// What is wrong filters nothing.
		"~(":          "abcdef",
		"web ~(":      "ab",
		"in:~[":       "abcdef",
		"in:>=x":      "abcdef",
		"big:>=x":     "abcdef",
		"big:>=x,=10": "d",
	} {
		if got := keysOf(a.With(table.Query{Filter: text})); got != want {
			t.Errorf("%s lets %s through, want %s", text, got, want)
		}
		if got := keysOf(s.Arrange(filterItems(), table.Query{Filter: text})); len(got) != len(want) {
			t.Errorf("%s lets %s through when arranged at once, want %s", text, got, want)
		}
	}
}

// keysOf lists the keys that are shown, in their own order.
func keysOf(a *table.Arrangement[*item]) string {
	var keys []string
	for i := range a.All() {
		keys = append(keys, i.key)
	}
	slices.Sort(keys)
	return strings.Join(keys, "")
}

func TestProblem(t *testing.T) {
	s := schema()
	for text, want := range map[string]string{
		"web":         "",
		"in:shop":     "",
		"no:such":     "",
		"big:>=3":     "",
		"big:>=":      "big:>=: what is to be compared with is missing",
		`"~("`:        "",
		"~(":          "~(: missing closing )",
		"x !~[ ~(":    "!~[: missing closing ]",
		"in:~*":       "in:~*: missing argument to repetition operator",
		"in:>=shop":   "in:>=shop: this has no order, >= cannot be asked",
		"big:<Many,3": "big:<Many,3: there is no many in its order",
	} {
		if got := s.Problem(text); got != want {
			t.Errorf("%s: problem %q, want %q", text, got, want)
		}
	}
	if got := s.UnknownKeys(`no:such !nor:that in:x "quoted:word" ~re:gex nginx:1.2 size:1`); !slices.Equal(got, []string{"no", "nor", "nginx"}) {
		t.Errorf("unknown keys %v", got)
	}
}

// TestKnownValues holds that a filter for a value that there is not is a mistake, though its beginning is none.
func TestKnownValues(t *testing.T) {
	s := schema()
	s.Fields = append(s.Fields, table.Field[*item]{Name: "level", Text: func(*item) string { return "high" }, Known: []string{"high", "low"}},
		table.Field[*item]{Name: "part", Text: func(i *item) string { return i.name }, Within: true})
	for text, want := range map[string]string{
		"level:h": "", "level:HIGH,low": "", "!level:=low": "", "level:~x": "", "level:": "",
		"level:hgih":      "level:hgih: there is no hgih; want high, low",
		"level:low,hi,no": "level:low,hi,no: there is no no; want high, low",
		"level:=hi":       "level:=hi: there is no hi; want high, low",
	} {
		if got := s.Problem(text); got != want {
			t.Errorf("%s: problem %q, want %q", text, got, want)
		}
	}
	rows := []*item{{key: "a", name: "web-1"}, {key: "b", name: "my-web"}, {key: "c", name: "api"}}
	for filter, want := range map[string]string{"part:web": "ab", "part:=api": "c", "part:WEB,api": "abc", "!part:web": "c"} {
		if got := keysOf(s.Arrange(rows, table.Query{Filter: filter})); got != want {
			t.Errorf("%s lets %q through, want %q", filter, got, want)
		}
	}
}

// bits are what filters are made of.
func bits() []string {
	return []string{"web", "we", "a", "in:", "in:shop", "in:=shop", "big:>", "=3", ",", "data", "!", "~", "\"", "\\", " ", "(", "[a-", "]", "1", "ö", ":", "size:", "<", "\xff", "\u0301"}
}

// TestNarrowing types random filters letter by letter, and takes them away again, and compares with a filter at once.
func TestNarrowing(t *testing.T) {
	r := rand.New(rand.NewPCG(3, 4))
	s := schema()
	rows := append(filterItems(), items(30)...)
	for range 1500 {
		var text strings.Builder
		for range r.IntN(7) {
			text.WriteString(bits()[r.IntN(len(bits()))])
		}
		a := s.Arrange(rows, table.Query{Group: []string{"", "in"}[r.IntN(2)]})
		typed := text.String()
		for n := range 2 * len(typed) {
			q := a.Query()
			q.Filter = typed[:min(n, 2*len(typed)-n)]
			a = a.With(q)
			if want := s.Arrange(rows, q); !slices.Equal(list(a), list(want)) {
				t.Fatalf("%q: %v, want %v", q.Filter, list(a), list(want))
			}
		}
	}
}

// FuzzFilter holds that no text breaks the filter or the drawing of what it found, and that a filter that is reached from
// another one lets through what it does at once.
func FuzzFilter(f *testing.F) {
	for _, s := range []string{"web", `"two words"`, "!in:shop,data", "~^a{1,2}$", "big:>=3 x", `\"`, `in:~"`, "in:>=x", "~(", "ö\u0301", "in:\"a,b\",~c,d"} {
		f.Add(s, s+"x")
	}
	s := schema()
	rows := append(filterItems(), &item{"z", "e\u0301名前", "ÄÖ", 7}, &item{"y", "x\x1b[31m\xff", "İ", 7})
	f.Fuzz(func(t *testing.T, first, second string) {
		if len(first)+len(second) > 400 {
			return
		}
		a := s.Arrange(rows, table.Query{Filter: first})
		b, want := a.With(table.Query{Filter: second}), s.Arrange(rows, table.Query{Filter: second})
		if !slices.Equal(list(b), list(want)) {
			t.Fatalf("%q after %q: %v, want %v", second, first, list(b), list(want))
		}
		s.Problem(second)
		s.UnknownKeys(second)
		tb := newTable(s, 30, 10)
		tb.Show(b)
		exact(t, tb, 30)
	})
}
