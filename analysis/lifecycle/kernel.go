package lifecycle

import (
	"encoding/json"
	"fmt"
	"io/fs"
	"strings"
	"sync"
)

// kernelNote says which lines of kernels the makers of a system keep up for as long as the system itself. Others that they gave out for a
// while, as Ubuntu does between two long-term ones, are not in it.
type kernelNote struct {
	Product string   `json:"product"`
	Line    string   `json:"line"`
	Kernels []string `json:"kernels"`
	// URL is where it can be read.
	URL string `json:"url"`
}

const kernelsFile = "data/notes/kernels.json"

var kernelNotes = sync.OnceValue(func() map[[2]string][]string {
	notes, err := loadKernels(files)
	if err != nil {
		panic(err)
	}
	return notes
})

func loadKernels(from fs.FS) (map[[2]string][]string, error) {
	data, err := fs.ReadFile(from, kernelsFile)
	if err != nil {
		return nil, err
	}
	var all []kernelNote
	if err := json.Unmarshal(data, &all); err != nil {
		return nil, fmt.Errorf("%s: %w", kernelsFile, err)
	}
	notes := map[[2]string][]string{}
	for i, n := range all {
		key := [2]string{n.Product, n.Line}
		if _, twice := notes[key]; twice || !products()[n.Product] || n.Line == "" || len(n.Kernels) == 0 || !strings.HasPrefix(n.URL, "https://") {
			return nil, fmt.Errorf("%s: row %d stands there twice, says nothing, or does not say where from", kernelsFile, i+1)
		}
		notes[key] = n.Kernels
	}
	return notes, nil
}

// Kernels lists the lines of kernels that the makers of a system keep up for as long as a line of it: of Ubuntu 22.04 they are 5.15 and 6.8.
// Those of OpenShift are those of the Red Hat system that it is made of. None where that is not known. Nobody may change the list.
func Kernels(product, line string) []string {
	if product == OpenShift {
		v, ok := ParseVersion(line)
		switch {
		case !ok || v.Major != 4:
			return nil
		case v.Minor <= 12:
			return kernelNotes()[[2]string{RHEL, "8"}]
		default:
			return kernelNotes()[[2]string{RHEL, "9"}]
		}
	}
	return kernelNotes()[[2]string{product, line}]
}
