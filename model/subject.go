package model

import (
	"cmp"
	"encoding/json"
	"fmt"
	"strings"
)

// SubjectKind is what a subject is: rbacv1.ServiceAccountKind, rbacv1.UserKind or rbacv1.GroupKind.
type SubjectKind string

// The kinds of subjects, as bindings write them.
const (
	AccountSubject SubjectKind = "ServiceAccount"
	UserSubject    SubjectKind = "User"
	GroupSubject   SubjectKind = "Group"
)

// Subject is a service account, a user or a group: who may do something. It is comparable.
type Subject struct {
	Kind SubjectKind
	// Namespace is set for service accounts alone.
	Namespace, Name string
}

// String is the short form people read and type: sa:shop/web, user:alice, group:dev.
func (s Subject) String() string {
	switch s.Kind {
	case AccountSubject:
		return "sa:" + s.Namespace + "/" + s.Name
	case UserSubject:
		return "user:" + s.Name
	case GroupSubject:
		return "group:" + s.Name
	}
	return strings.ToLower(string(s.Kind)) + ":" + s.Name
}

// IsZero tells whether the subject names nobody.
func (s Subject) IsZero() bool { return s == Subject{} }

// Compare orders subjects: accounts, then groups and users, each by namespace and name.
func (s Subject) Compare(o Subject) int {
	order := func(k SubjectKind) int {
		switch k {
		case AccountSubject:
			return 0
		case GroupSubject:
			return 1
		}
		return 2
	}
	return cmp.Or(cmp.Compare(order(s.Kind), order(o.Kind)), cmp.Compare(s.Namespace, o.Namespace), cmp.Compare(s.Name, o.Name), cmp.Compare(s.Kind, o.Kind))
}

// MarshalJSON writes the short form.
func (s Subject) MarshalJSON() ([]byte, error) { return json.Marshal(s.String()) }

// UnmarshalJSON reads the short form.
func (s *Subject) UnmarshalJSON(data []byte) error {
	var text string
	if err := json.Unmarshal(data, &text); err != nil {
		return err
	}
	parsed, err := ParseSubject(text)
	*s = parsed
	return err
}

// ParseSubject reads the short form, and the name by which the API server knows a service account:
// system:serviceaccount:shop:web.
func ParseSubject(s string) (Subject, error) {
	if full, ok := strings.CutPrefix(strings.TrimPrefix(s, "user:"), AccountUserPrefix); ok {
		if namespace, name, ok := strings.Cut(full, ":"); ok && namespace != "" && name != "" {
			return Subject{AccountSubject, namespace, name}, nil
		}
	}
	kind, name, ok := strings.Cut(s, ":")
	if !ok || name == "" {
		return Subject{}, fmt.Errorf("subject %q: want sa:NAMESPACE/NAME, user:NAME or group:NAME", s)
	}
	switch strings.ToLower(kind) {
	case "sa", "serviceaccount":
		namespace, account, ok := strings.Cut(name, "/")
		if !ok || namespace == "" || account == "" || strings.Contains(account, "/") {
			return Subject{}, fmt.Errorf("subject %q: a service account is sa:NAMESPACE/NAME", s)
		}
		return Subject{AccountSubject, namespace, account}, nil
	case "user":
		return Subject{UserSubject, "", name}, nil
	case "group":
		return Subject{GroupSubject, "", name}, nil
	}
	return Subject{}, fmt.Errorf("subject %q: want sa:NAMESPACE/NAME, user:NAME or group:NAME", s)
}

// AccountUserPrefix begins the user name of every service account (k8s.io/apiserver pkg/authentication/serviceaccount).
const AccountUserPrefix = "system:serviceaccount:"
