package exposure

// What stands in a body may be anything: these give the zero value for what is missing or of another type.

// dig follows keys down; nil where the way ends.
func dig(v any, keys ...string) any {
	for _, key := range keys {
		m, ok := v.(map[string]any)
		if !ok {
			return nil
		}
		v = m[key]
	}
	return v
}

func text(v any) string {
	s, _ := v.(string)
	return s
}

// choice gives a text, or another where there is none.
func choice(v any, otherwise string) string {
	if s := text(v); s != "" {
		return s
	}
	return otherwise
}

// objects lists the maps of a list, no more than so many.
func objects(v any, most int) []map[string]any {
	list, _ := v.([]any)
	var found []map[string]any
	for _, e := range list {
		if m, ok := e.(map[string]any); ok && len(found) < most {
			found = append(found, m)
		}
	}
	return found
}

// texts lists the texts of a list, no more than so many.
func texts(v any, most int) []string {
	list, _ := v.([]any)
	var found []string
	for _, e := range list {
		if s, ok := e.(string); ok && len(found) < most {
			found = append(found, s)
		}
	}
	return found
}

// number gives a whole number, however a decoder has read it; 0 for anything else.
func number(v any) int64 {
	switch n := v.(type) {
	case int64:
		return n
	case int:
		return int64(n)
	case int32:
		return int64(n)
	case float64:
		if i := int64(n); float64(i) == n {
			return i
		}
	}
	return 0
}

// pointedNumber tells a number that is there from one that is not.
func pointedNumber(v any) (int64, bool) {
	switch v.(type) {
	case int64, int, int32, float64:
		return number(v), true
	}
	return 0, false
}
