package rbac

import "strings"

// permissionSet answers whether any of many permissions covers one, without going through all.
type permissionSet struct {
	has map[Permission]struct{}
	// urls are the permissions on URLs.
	urls []Permission
	// wild tells which wildcards occur, so that no other need be looked for.
	wild struct{ verb, group, resource, namespace, name bool }
}

func newPermissionSet(list []Permission) *permissionSet {
	s := &permissionSet{has: make(map[Permission]struct{}, len(list))}
	for i := range list {
		p := &list[i]
		s.has[*p] = struct{}{}
		if p.onURL() {
			s.urls = append(s.urls, *p)
			continue
		}
		s.wild.verb = s.wild.verb || p.Verb == "*"
		s.wild.group = s.wild.group || p.Group == "*"
		s.wild.resource = s.wild.resource || p.Resource == "*" || strings.HasPrefix(p.Resource, "*/")
		s.wild.namespace = s.wild.namespace || p.Namespace == "*"
		s.wild.name = s.wild.name || p.Name == "" && !p.Unnamed
	}
	return s
}

// covers says the same as Permission.Covers of any of the set.
func (s *permissionSet) covers(p *Permission) bool {
	if _, ok := s.has[*p]; ok {
		return true
	}
	if p.onURL() {
		for i := range s.urls {
			if s.urls[i].Covers(p) {
				return true
			}
		}
		return false
	}
	// As it is, and with each wildcard that may stand in its place.
	try := *p
	return either(&try.Verb, s.wild.verb, func() bool {
		return either(&try.Group, s.wild.group, func() bool {
			return either(&try.Namespace, s.wild.namespace, func() bool {
				return s.resource(p, &try)
			})
		})
	})
}

func (s *permissionSet) resource(p, try *Permission) bool {
	if either(&try.Resource, s.wild.resource, func() bool { return s.name(p, try) }) {
		return true
	}
	_, sub, ok := cut(p.Resource)
	if !ok || !s.wild.resource {
		return false
	}
	try.Resource = "*/" + sub
	defer func() { try.Resource = p.Resource }()
	return s.name(p, try)
}

func (s *permissionSet) name(p, try *Permission) bool {
	if _, ok := s.has[*try]; ok {
		return true
	}
	if !s.wild.name {
		return false
	}
	try.Name, try.Unnamed = "", false
	_, ok := s.has[*try]
	try.Name, try.Unnamed = p.Name, p.Unnamed
	return ok
}

// either asks with a word as it is, and then with the wildcard in its place.
func either(word *string, may bool, ask func() bool) bool {
	if ask() {
		return true
	}
	if !may || *word == "*" {
		return false
	}
	kept := *word
	*word = "*"
	ok := ask()
	*word = kept
	return ok
}
