package record

import "strings"

// appliedVersion finds the apiVersion of the object whose JSON kubectl has kept; "" where none is told that can be one. The text is gone
// through where it stands: it may hold credentials, so nothing of it is parsed into anything that lives on. What kubectl writes begins
// with the apiVersion, so that this mostly ends at once.
func appliedVersion(text string) string {
	const key = `"apiVersion"`
	depth := 0
	for i := 0; i < len(text); {
		switch text[i] {
		case '{', '[':
			depth++
		case '}', ']':
			depth--
		case '"':
			end := endOfText(text, i)
			if depth == 1 && text[i:end] == key {
				if v, ok := textAfter(text[end:]); ok {
					if isVersion(v) {
						return v
					}
					return ""
				}
			}
			i = end
			continue
		}
		i++
	}
	return ""
}

// endOfText gives where a text in quotes ends that begins at a place: after the closing quote.
func endOfText(text string, from int) int {
	for i := from + 1; i < len(text); i++ {
		switch text[i] {
		case '\\':
			i++
		case '"':
			return i + 1
		}
	}
	return len(text)
}

// textAfter gives the text that is the value of a key; false where none follows, as where the key was itself a value.
func textAfter(text string) (string, bool) {
	const blank = " \t\r\n"
	rest, ok := strings.CutPrefix(strings.TrimLeft(text, blank), ":")
	rest = strings.TrimLeft(rest, blank)
	if !ok || !strings.HasPrefix(rest, `"`) {
		return "", false
	}
	end := endOfText(rest, 0)
	if end < 2 || rest[end-1] != '"' {
		return "", false
	}
	return rest[1 : end-1], true
}
