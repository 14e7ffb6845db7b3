// Command discovery writes the table of the API resources that the API server of KUBECONFIG serves into a file: each once, at the version that its group
// prefers where that version has it.
package main

import (
	"cmp"
	"log"
	"os"
	"slices"
	"strings"

	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/runtime/schema"
	"k8s.io/client-go/discovery"
	"k8s.io/client-go/tools/clientcmd"
)

func main() {
	log.SetFlags(0)
	if len(os.Args) != 2 {
		log.Fatal("usage: discovery FILE")
	}
	text, err := read()
	if err == nil {
		err = os.WriteFile(os.Args[1], []byte(text), 0o644)
	}
	if err != nil {
		log.Fatal(err)
	}
}

func read() (string, error) {
	config, err := clientcmd.BuildConfigFromFlags("", os.Getenv("KUBECONFIG"))
	if err != nil {
		return "", err
	}
	client, err := discovery.NewDiscoveryClientForConfig(config)
	if err != nil {
		return "", err
	}
	version, err := client.ServerVersion()
	if err != nil {
		return "", err
	}
	groups, lists, err := client.ServerGroupsAndResources()
	if err != nil {
		return "", err
	}
	served := map[string]*metav1.APIResourceList{}
	for _, l := range lists {
		served[l.GroupVersion] = l
	}
	found := map[schema.GroupResource]string{}
	for _, g := range groups {
		// The versions come in the order of the server's preference, the preferred one first.
		for _, v := range g.Versions {
			for _, r := range served[v.GroupVersion].APIResources {
				gr := schema.GroupResource{Group: g.Name, Resource: r.Name}
				if _, ok := found[gr]; !ok {
					found[gr] = line(g.Name, v.Version, r)
				}
			}
		}
	}
	resources := make([]schema.GroupResource, 0, len(found))
	for gr := range found {
		resources = append(resources, gr)
	}
	slices.SortFunc(resources, func(a, b schema.GroupResource) int {
		return cmp.Or(cmp.Compare(a.Group, b.Group), cmp.Compare(a.Resource, b.Resource))
	})
	var b strings.Builder
	b.WriteString("# The API resources that a Kubernetes API server of version " + version.GitVersion + " serves with default flags, from its discovery.\n")
	b.WriteString("# Written by cmd/canopy-stock/discovery. Do not edit.\n")
	for _, gr := range resources {
		b.WriteString(found[gr])
	}
	return b.String(), nil
}

// line is one resource: group, version, name, kind, scope, verbs.
func line(group, version string, r metav1.APIResource) string {
	scope := "cluster"
	if r.Namespaced {
		scope = "namespaced"
	}
	verbs := slices.Clone(r.Verbs)
	slices.Sort(verbs)
	return strings.Join([]string{cmp.Or(group, "core"), version, r.Name, r.Kind, scope, strings.Join(verbs, ",")}, " ") + "\n"
}
