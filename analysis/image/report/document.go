package report

import (
	"context"
	"errors"
)

var (
	errTruncated = errors.New("the document ends in the middle")
	errNoJSON    = errors.New("no JSON document: want { or [")
)

// skipSpace gives the place of the next byte that is no white space of JSON.
func skipSpace(data []byte, at int) int {
	for at < len(data) && (data[at] == ' ' || data[at] == '\n' || data[at] == '\r' || data[at] == '\t') {
		at++
	}
	return at
}

// documentEnd finds where the object or array ends that begins at a place, by its brackets alone: so several documents in a file are
// told apart without a copy of any, and a bad one does not spoil the next. On an error the place is where it was noticed.
func documentEnd(data []byte, at int) (int, error) {
	if at >= len(data) || data[at] != '{' && data[at] != '[' {
		return at, errNoJSON
	}
	return valueEnd(data, at)
}

// valueEnd finds the end of any value.
func valueEnd(data []byte, at int) (int, error) {
	depth := 0
	for i := at; i < len(data); i++ {
		switch data[i] {
		case '"':
			end, err := stringEnd(data, i)
			if err != nil {
				return end, err
			}
			if i = end - 1; depth == 0 {
				return end, nil
			}
		case '{', '[':
			depth++
		case '}', ']':
			if depth--; depth == 0 {
				return i + 1, nil
			}
			if depth < 0 {
				return i, nil
			}
		case ',', ' ', '\n', '\r', '\t', ':':
			if depth == 0 {
				return i, nil
			}
		}
	}
	return len(data), errTruncated
}

// stringEnd finds the end of the string that begins at a place.
func stringEnd(data []byte, at int) (int, error) {
	for i := at + 1; i < len(data); i++ {
		switch data[i] {
		case '\\':
			i++
		case '"':
			return i + 1, nil
		}
	}
	return len(data), errTruncated
}

// elements calls f with each element of an array, until the context ends.
func elements(ctx context.Context, data []byte, f func(index, start, end int)) error {
	at := skipSpace(data, 1)
	for index := 0; at < len(data) && data[at] != ']'; index++ {
		if err := ctx.Err(); err != nil {
			return err
		}
		end, err := valueEnd(data, at)
		if err != nil {
			return err
		}
		if end == at {
			return &fault{offset: at, reason: "want a value"}
		}
		f(index, at, end)
		if at = skipSpace(data, end); at < len(data) && data[at] == ',' {
			at = skipSpace(data, at+1)
		} else if at < len(data) && data[at] != ']' {
			return &fault{offset: at, reason: "want , or ]"}
		}
	}
	return nil
}

// members calls f with each member of an object, as far as it is well formed, until f returns false.
func members(data []byte, f func(key string, value []byte) bool) {
	at := skipSpace(data, 1)
	for at < len(data) && data[at] == '"' {
		end, err := stringEnd(data, at)
		if err != nil {
			return
		}
		key := data[at+1 : end-1]
		if at = skipSpace(data, end); at >= len(data) || data[at] != ':' {
			return
		}
		at = skipSpace(data, at+1)
		if end, err = valueEnd(data, at); err != nil || end == at || !f(string(key), data[at:end]) {
			return
		}
		if at = skipSpace(data, end); at >= len(data) || data[at] != ',' {
			return
		}
		at = skipSpace(data, at+1)
	}
}
