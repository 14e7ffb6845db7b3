package detect

import (
	"strings"

	"canopy/model"
	"canopy/model/record"
)

// Key looks at a key of a map: see record.KeyInspector. What only looks as if a machine had made it up is hidden too, but is no finding:
// keys are checksums and identifiers as often as not.
func (d *Detector) Key(path, key string) (safe string, found []model.Exposure) {
	if len(key) < shortest {
		return key, nil
	}
	x := text{s: key, hits: d.words.scan(key)}
	if len(x.hits) > 0 || encoded(key) {
		l := look{d: d, base: record.FieldPath(path, record.Hidden), encoding: []string{"key"}}
		l.whole("", key)
		if found = l.result("", key); len(found) > 0 {
			return record.Hidden, found
		}
	}
	if d.telltale(key, &x) {
		return record.Hidden, nil
	}
	return key, nil
}

// fixed are the fields that begin paths, which nobody has chosen: a credential has words in common with them by chance.
func fixed(step string) bool {
	switch step {
	case "metadata", "annotations", "data", "binaryData", "spec", "status", "template", "jobTemplate", "message":
		return true
	}
	return false
}

// conceal hides the steps of a path that hold a credential which was found below them, or a part of it. What is short or known to
// everybody stands in names by chance: postgres-password.
func conceal(path, secret string) string {
	if len(secret) < shortestPrint || wellKnown(secret) {
		return path
	}
	hidden := ""
	for rest := path; rest != ""; {
		step, whole := nextStep(rest)
		if !fixed(step) && echoes(step, secret) {
			hidden += "[" + record.Hidden + "]"
		} else {
			hidden += whole
		}
		rest = rest[len(whole):]
	}
	return hidden
}

// nextStep cuts the first step off a path; whole is the step with its marks.
func nextStep(path string) (step, whole string) {
	if path[0] == '[' {
		// A key may hold brackets of its own: the one counts behind which another step begins, or nothing.
		for i := 1; i < len(path); i++ {
			if path[i] == ']' && (i+1 == len(path) || strings.IndexByte(".[:", path[i+1]) >= 0) {
				return path[1:i], path[:i+1]
			}
		}
		return path[1:], path
	}
	from := 0
	if path[0] == '.' || path[0] == ':' {
		from = 1
	}
	end := len(path)
	if i := strings.IndexAny(path[from:], ".[:"); i >= 0 {
		end = max(from+i, 1)
	}
	return path[from:end], path[:end]
}
