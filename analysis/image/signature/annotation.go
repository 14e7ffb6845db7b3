package signature

import (
	"encoding/json"
	"strings"
)

// annotated is where Kyverno writes what it has verified: a map of images with digests to results.
const annotated = "kyverno.io/verify-images"

// maxAnnotated bounds what is read of it. The API server lets all annotations of an object be a quarter of a megabyte together.
const maxAnnotated = 256 << 10

// noted is what the annotation says of an image.
type noted uint8

const (
	silent noted = iota
	skipped
	passed
	failed
)

// read looks an image up by its digests, which may be "". Whoever may write pods can write whatever he likes there: what is not of
// the right form says nothing. Where it says two things of one image, the worse one counts.
func read(value string, digests ...string) noted {
	if value == "" || len(value) > maxAnnotated {
		return silent
	}
	// Nearly all containers are told apart by this, and nothing need be read.
	named := false
	for _, d := range digests {
		named = named || d != "" && strings.Contains(value, d)
	}
	if !named {
		return silent
	}
	d := json.NewDecoder(strings.NewReader(value))
	if t, err := d.Token(); err != nil || t != json.Delim('{') {
		return silent
	}
	worst := silent
	for d.More() {
		key, err := d.Token()
		if err != nil {
			return silent
		}
		result, err := d.Token()
		if err != nil {
			return silent
		}
		if _, nested := result.(json.Delim); nested {
			return silent
		}
		name, _ := key.(string)
		at := strings.LastIndexByte(name, '@')
		if at < 0 {
			continue
		}
		for _, digest := range digests {
			if digest != "" && name[at+1:] == digest {
				worst = max(worst, resultOf(result))
			}
		}
	}
	// What follows, or an end that is missing, makes it something that Kyverno has not written.
	if _, err := d.Token(); err != nil || d.More() {
		return silent
	}
	return worst
}

func resultOf(v json.Token) noted {
	switch v {
	case true, "pass", "true":
		return passed
	case false, "fail", "false", "error":
		return failed
	case "skip":
		return skipped
	}
	return silent
}
