package rbac

import (
	"slices"
	"strings"
)

// Resolve reads a resource as people write it: pods, pod, Pod, deployments.apps, deployments.v1.apps, pods/exec. Known is
// false where there is no such resource or subresource, and the words are given back as they are. "*" is all resources of
// all groups, "*.apps" those of one.
func (d *Discovery) Resolve(word string) (group, resource, subresource string, known bool) {
	word, subresource, _ = strings.Cut(word, "/")
	resource, group, qualified := strings.Cut(word, ".")
	if resource == "*" {
		if !qualified {
			group = "*"
		}
		return group, resource, subresource, true
	}
	list := d.names[strings.ToLower(resource)]
	if qualified {
		list = slices.DeleteFunc(slices.Clone(list), func(i int) bool { return d.list[i].Group != group && d.list[i].Group != unversioned(group) })
	}
	if len(list) == 0 {
		return group, resource, subresource, false
	}
	r := &d.list[list[0]]
	if subresource == "" {
		return r.Group, r.Resource, "", true
	}
	// Of several resources of the name, one that has the subresource.
	for _, i := range list {
		if d.Verbs(d.list[i].Group, d.list[i].Resource+"/"+subresource) != nil {
			return d.list[i].Group, d.list[i].Resource, subresource, true
		}
	}
	// What stands for the keys of extra fields is anybody's choice.
	return r.Group, r.Resource, subresource, r.Resource == "userextras"
}

// unversioned drops the version of v1.apps.
func unversioned(group string) string {
	version, rest, _ := strings.Cut(group, ".")
	if len(version) > 1 && version[0] == 'v' && version[1] >= '0' && version[1] <= '9' {
		return rest
	}
	return group
}

// Groups lists the groups in which there is a resource of a name, the one that is meant without a group first.
func (d *Discovery) Groups(name string) []string {
	var groups []string
	for _, i := range d.names[strings.ToLower(name)] {
		if r := &d.list[i]; r.Kind != "" {
			groups = append(groups, r.Group)
		}
	}
	return groups
}
