package stock

import (
	_ "embed" // the resources
	"fmt"
	"slices"
	"strings"
	"sync"
)

// resourcesFile is written by cmd/canopy-stock/discovery: one resource a line, with group, version, name, kind, scope and
// verbs. Lines with # are comments.
//
//go:embed resources.txt
var resourcesFile string

// Resource is one resource of the API, or a subresource.
type Resource struct {
	Group, Version string
	Resource       string // pods or pods/exec
	Kind           string
	Namespaced     bool
	Verbs          []string
}

var resources = sync.OnceValue(func() []Resource {
	var list []Resource
	for i, line := range strings.Split(strings.TrimSuffix(resourcesFile, "\n"), "\n") {
		if strings.HasPrefix(line, "#") {
			continue
		}
		words := strings.Split(line, " ")
		if len(words) != 6 || words[4] != "namespaced" && words[4] != "cluster" {
			panic(fmt.Sprintf("the table of API resources: line %d: %q", i+1, line)) // a test would have shown it
		}
		list = append(list, Resource{
			Group: splitList(words[0])[0], Version: words[1], Resource: words[2], Kind: words[3],
			Namespaced: words[4] == "namespaced", Verbs: strings.Split(words[5], ","),
		})
	}
	return list
})

// Resources lists what an API server of the newest version in the tables serves with default flags, by group and
// resource, each at the version that its group prefers: for expanding wildcards where no discovery is at hand. The verbs
// are those of discovery, so those that only authorization knows (escalate, impersonate, approve) are not among them. The
// lists of verbs are shared: nobody may change them.
func Resources() []Resource { return slices.Clone(resources()) }
