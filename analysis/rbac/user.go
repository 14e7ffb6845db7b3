package rbac

import (
	"slices"
	"strings"

	"canopy/model"
)

// The groups that authenticators put identities in without anybody's binding (k8s.io/apiserver pkg/authentication/user,
// pkg/authentication/serviceaccount/util.go, pkg/authentication/group and, for bootstrap tokens,
// plugin/pkg/auth/authenticator/token/bootstrap).
const (
	AllAccounts     = "system:serviceaccounts"
	Authenticated   = "system:authenticated"
	Unauthenticated = "system:unauthenticated"
	Masters         = "system:masters"
	Nodes           = "system:nodes"
	Anonymous       = "system:anonymous"
	Bootstrappers   = "system:bootstrappers"
	nodePrefix      = "system:node:"
	tokenPrefix     = "system:bootstrap:"
	accountsOf      = AllAccounts + ":"
)

// User is an identity as authorizers see it.
type User struct {
	// Name is empty where a group alone is asked about.
	Name   string
	Groups []string
}

// UserOf gives the identity of a subject with the groups that it is always in. What other groups a user is in only the
// authenticator knows.
func UserOf(s model.Subject) User {
	switch s.Kind {
	case model.AccountSubject:
		return User{AccountName(s.Namespace, s.Name), []string{AllAccounts, accountsOf + s.Namespace, Authenticated}}
	case model.GroupSubject:
		groups := []string{s.Name}
		switch {
		case s.Name == Unauthenticated:
		case strings.HasPrefix(s.Name, accountsOf):
			groups = append(groups, AllAccounts, Authenticated)
		case s.Name != Authenticated:
			groups = append(groups, Authenticated)
		}
		return User{"", groups}
	}
	switch {
	case s.Name == Anonymous:
		return User{s.Name, []string{Unauthenticated}}
	case strings.HasPrefix(s.Name, nodePrefix):
		return User{s.Name, []string{Nodes, Authenticated}}
	case strings.HasPrefix(s.Name, tokenPrefix):
		return User{s.Name, []string{Bootstrappers, Authenticated}}
	}
	if a, ok := accountOf(s.Name); ok {
		return UserOf(a)
	}
	return User{s.Name, []string{Authenticated}}
}

// AccountName is the user name of a service account.
func AccountName(namespace, name string) string {
	return model.AccountUserPrefix + namespace + ":" + name
}

// accountOf reads a user name as that of a service account.
func accountOf(user string) (model.Subject, bool) {
	full, ok := strings.CutPrefix(user, model.AccountUserPrefix)
	if !ok {
		return model.Subject{}, false
	}
	namespace, name, ok := strings.Cut(full, ":")
	return model.Subject{Kind: model.AccountSubject, Namespace: namespace, Name: name}, ok && namespace != "" && name != ""
}

// In tells whether the identity is in a group.
func (u User) In(group string) bool { return slices.Contains(u.Groups, group) }

// key is by what bindings are found: a user name or a group. A service account is a user.
type key struct {
	group bool
	name  string
}

// keys lists by what bindings speak of the identity, itself first.
func (u User) keys() []key {
	list := make([]key, 0, 1+len(u.Groups))
	if u.Name != "" {
		list = append(list, key{name: u.Name})
	}
	for _, g := range u.Groups {
		list = append(list, key{true, g})
	}
	return list
}
