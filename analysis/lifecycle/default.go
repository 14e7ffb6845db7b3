package lifecycle

import (
	"embed"
	"fmt"
	"io/fs"
	"sync"
)

//go:embed data/*.json data/notes/*.json
var files embed.FS

var shared = sync.OnceValue(func() *Tables {
	t, err := load(files)
	if err != nil {
		panic(err)
	}
	return t
})

// Default gives the tables that are part of the program. They are read when somebody first asks.
func Default() *Tables { return shared() }

func load(from fs.FS) (*Tables, error) {
	names, err := fs.Glob(from, "data/*.json")
	if err != nil {
		return nil, err
	}
	var all []*Update
	for _, name := range names {
		data, err := fs.ReadFile(from, name)
		if err != nil {
			return nil, err
		}
		u, err := decodePayload(data)
		if err != nil {
			return nil, fmt.Errorf("%s: %w", name, err)
		}
		all = append(all, u)
	}
	h := held{}
	for _, t := range ordered(all...) {
		h.take(noted(t), bundled)
	}
	return newTables(h), nil
}
