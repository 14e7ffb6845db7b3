package rbac_test

import (
	"slices"
	"strings"

	"canopy/analysis/rbac"
	"canopy/model"
)

// questions makes questions of all sorts, with our answers.
func (s *server) questions(r *maker, n int) []asked {
	s.t.Helper()
	list := make([]asked, 0, n)
	add := func(u rbac.User, at rbac.Attributes, from string) {
		if u.Name == "" && len(u.Groups) == 0 {
			return // the server refuses to answer for nobody
		}
		if strings.HasPrefix(u.Name, "system:node:") && u.In(rbac.Nodes) {
			return // the Node authorizer answers
		}
		want := s.analyser.Allows(u, &at)
		got := s.analyser.Can(s.cluster, u, at, rbac.Provider{})
		if (got.Verdict == model.Yes) != want || !u.In(rbac.Nodes) && got.Verdict == model.Unknown || want && !u.In(rbac.Masters) && len(got.Via) == 0 {
			s.t.Errorf("%+v %+v: allowed is %v, the verdict %+v", u, at, want, got)
		}
		list = append(list, asked{u, at, want, from})
	}
	bindings := slices.SortedFunc(s.analyser.Bindings(), func(x, y rbac.Binding) int { return x.Ref.Compare(y.Ref) })
	for len(list) < n*8/10 {
		u, at := r.question()
		if r.IntN(10) < 8 {
			s.aim(r, &bindings[r.IntN(len(bindings))], &u, &at)
		}
		add(u, at, "random")
	}
	// What WhoCan and Permissions list must be so.
	for len(list) < n {
		u, at := r.question()
		if at.Namespace == "*" {
			continue
		}
		s.aim(r, &bindings[r.IntN(len(bindings))], &u, &at)
		for _, h := range s.analyser.WhoCan(at) {
			who := rbac.User{Groups: []string{h.Subject.Name}}
			switch h.Subject.Kind {
			case model.UserSubject:
				who = rbac.User{Name: h.Subject.Name}
			case model.AccountSubject:
				who = rbac.User{Name: rbac.AccountName(h.Subject.Namespace, h.Subject.Name)}
			}
			if add(who, at, "who can"); !list[len(list)-1].want {
				s.t.Errorf("who can %+v names %s", at, h.Subject)
			}
		}
		granted := s.analyser.Permissions(u, nil)
		for range min(3, len(granted)) {
			p := granted[r.IntN(len(granted))].Permission
			at := rbac.Attributes{Verb: p.Verb, Group: p.Group, Resource: p.Resource, Name: p.Name, Namespace: p.Namespace, URL: p.URL}
			if at.Resource, at.Subresource, _ = strings.Cut(p.Resource, "/"); p.Namespace == "*" {
				at.Namespace = []string{"", namespaces[0], "elsewhere"}[r.IntN(3)]
			}
			if add(u, at, "permissions"); len(list) > 0 && !list[len(list)-1].want && u.Name+strings.Join(u.Groups, "") != "" {
				s.t.Errorf("%+v is said to have %+v", u, p)
			}
		}
	}
	return list
}

// aim turns a question to one that a binding may answer.
func (s *server) aim(r *maker, b *rbac.Binding, u *rbac.User, at *rbac.Attributes) {
	rules, _ := s.analyser.Rules(b.Role)
	if len(b.Subjects) == 0 || len(rules) == 0 {
		return
	}
	if subject := rbac.SubjectOf(&b.Subjects[r.IntN(len(b.Subjects))], b.Ref.Namespace); !subject.IsZero() {
		*u = rbac.UserOf(subject)
		if r.IntN(6) == 0 {
			u.Groups = nil
		}
		if u.In(rbac.Masters) && r.IntN(10) > 0 {
			*u = rbac.User{Name: "somebody", Groups: []string{"system:authenticated"}}
		}
	}
	if b.Ref.Namespace != "" && r.IntN(5) > 0 {
		at.Namespace = b.Ref.Namespace
	}
	rule := rules[r.IntN(len(rules))]
	one := func(word *string, list []string) {
		if len(list) > 0 && r.IntN(12) > 0 {
			if *word = list[r.IntN(len(list))]; *word == "*" && r.IntN(3) > 0 {
				*word = r.pick("get", "pods", "apps", "anything")
			}
		}
	}
	one(&at.Verb, rule.Verbs)
	if len(rule.NonResourceURLs) > 0 {
		at.URL = rule.NonResourceURLs[r.IntN(len(rule.NonResourceURLs))]
		if stem, ok := strings.CutSuffix(at.URL, "*"); ok && r.IntN(3) > 0 {
			at.URL = stem + r.pick("", "x", "/x", "*")
		}
		if at.URL == "" {
			at.URL = "/"
		}
		return
	}
	at.URL = ""
	one(&at.Group, rule.APIGroups)
	at.Name = r.pick("", "", "web", "other")
	one(&at.Name, rule.ResourceNames)
	resource := at.Resource
	one(&resource, rule.Resources)
	if at.Resource, at.Subresource, _ = strings.Cut(resource, "/"); at.Resource == "*" && r.IntN(3) > 0 {
		at.Resource = r.pick("pods", "deployments", "anything")
	}
	if r.IntN(12) == 0 {
		at.Subresource = r.pick("", "exec", "scale", "status")
	}
}
