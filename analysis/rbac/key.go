package rbac

import (
	"strings"

	"canopy/model"
)

// account reads the key as a service account.
func (k key) account() (model.Subject, bool) {
	if k.group {
		return model.Subject{}, false
	}
	return accountOf(k.name)
}

// crowd tells a group that every account belongs to, or every account of a namespace, which it gives.
func (k key) crowd() (namespace string, ok bool) {
	if !k.group {
		return "", false
	}
	if k.name == AllAccounts || k.name == Authenticated {
		return "", true
	}
	namespace, ok = strings.CutPrefix(k.name, accountsOf)
	return namespace, ok && namespace != ""
}

// subject gives the key as people name it.
func (k key) subject() model.Subject {
	if k.group {
		return model.Subject{Kind: model.GroupSubject, Name: k.name}
	}
	if a, ok := k.account(); ok {
		return a
	}
	return model.Subject{Kind: model.UserSubject, Name: k.name}
}

// keyFor gives the key under which bindings of a subject stand.
func keyFor(s model.Subject) key {
	switch s.Kind {
	case model.GroupSubject:
		return key{true, s.Name}
	case model.AccountSubject:
		return key{name: AccountName(s.Namespace, s.Name)}
	}
	return key{name: s.Name}
}
