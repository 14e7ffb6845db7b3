package engine

import (
	"cmp"
	"slices"
	"strconv"
	"strings"

	corev1 "k8s.io/api/core/v1"
	networkingv1 "k8s.io/api/networking/v1"
	rbacv1 "k8s.io/api/rbac/v1"

	"canopy/model"
	"canopy/model/record"
)

// about says in words what an object that came or went does to the security of the cluster, for those kinds of which the
// name alone does not tell; nothing for others. No value of a Secret, a ConfigMap or an environment is in it.
func about(r model.Record, gone bool) []string {
	switch t := r.(type) {
	case *record.Typed[*rbacv1.RoleBinding]:
		return []string{gives(t.Object.Subjects, t.Object.RoleRef, t.Namespace)}
	case *record.Typed[*rbacv1.ClusterRoleBinding]:
		return []string{gives(t.Object.Subjects, t.Object.RoleRef, "")}
	case *record.Typed[*rbacv1.Role]:
		return []string{allows(t.Object.Rules)}
	case *record.Typed[*rbacv1.ClusterRole]:
		if t.Object.AggregationRule != nil {
			return []string{"joins the rules of other roles"}
		}
		return []string{allows(t.Object.Rules)}
	case *record.Typed[*networkingv1.NetworkPolicy]:
		words := isolation(&t.Object.Spec)
		if gone {
			words = "was: " + words
		}
		return []string{words}
	case *record.Typed[*corev1.Namespace]:
		return []string{cmp.Or(strings.Join(securityLabels(t.Labels), ", "), "no Pod Security label")}
	case *record.Typed[*corev1.Service]:
		return serviceTold(&t.Object.Spec)
	case *record.Secret:
		if t.Type != "" {
			return []string{"type " + string(t.Type)}
		}
	}
	return nil
}

const (
	// longestName and longestWords bound what is told of one name and of one phrase, in bytes: who makes an object chooses
	// how long its texts are.
	longestName  = 96
	longestWords = 240
	// some is how many of a list are named.
	some = 3
)

// bound cuts a text that is longer than so many bytes, between characters.
func bound(s string, most int) string {
	if len(s) <= most {
		return s
	}
	return strings.ToValidUTF8(s[:most], "") + "…"
}

// few names some of a list, and counts the rest.
func few(names []string) string {
	told := make([]string, 0, some)
	for _, n := range names[:min(some, len(names))] {
		told = append(told, bound(n, longestName))
	}
	text := strings.Join(told, ", ")
	if more := len(names) - some; more > 0 {
		text += " and " + strconv.Itoa(more) + " more"
	}
	return text
}

// gives says who gets which role.
func gives(subjects []rbacv1.Subject, role rbacv1.RoleRef, namespace string) string {
	return cmp.Or(few(subjectNames(subjects, namespace)), "nobody") + " → " + roleName(role)
}

func roleName(r rbacv1.RoleRef) string { return bound(r.Kind+"/"+r.Name, longestName) }

// subjectNames names subjects as sa:namespace/name, group:name and user:name, those first that stand for the most people.
func subjectNames(subjects []rbacv1.Subject, namespace string) []string {
	crowd := func(s rbacv1.Subject) int {
		switch {
		case strings.HasPrefix(s.Name, "system:") && s.Kind == rbacv1.GroupKind, s.Name == "system:anonymous":
			return 0
		case s.Kind == rbacv1.GroupKind:
			return 1
		}
		return 2
	}
	sorted := slices.Clone(subjects)
	slices.SortStableFunc(sorted, func(a, b rbacv1.Subject) int { return cmp.Compare(crowd(a), crowd(b)) })
	names := make([]string, len(sorted))
	for i, s := range sorted {
		switch s.Kind {
		case rbacv1.ServiceAccountKind:
			names[i] = "sa:" + cmp.Or(s.Namespace, namespace) + "/" + s.Name
		default:
			names[i] = strings.ToLower(s.Kind) + ":" + s.Name
		}
	}
	return names
}

// securityLabels lists the labels by which Pod Security goes, in short: enforce restricted.
func securityLabels(l record.Labels) []string {
	var list []string
	for k, v := range l.All() {
		if mode, ok := strings.CutPrefix(k, podSecurity); ok {
			list = append(list, bound(mode, longestName)+" "+bound(v, longestName))
		}
	}
	enforceFirst(list)
	return list
}

// enforceFirst puts what lets pods in or not before what only tells of them.
func enforceFirst(list []string) {
	slices.SortFunc(list, func(a, b string) int {
		first := func(s string) int {
			if strings.HasPrefix(s, "enforce") {
				return 0
			}
			return 1
		}
		return cmp.Or(cmp.Compare(first(a), first(b)), strings.Compare(a, b))
	})
}

// serviceTold says how a Service is reached.
func serviceTold(s *corev1.ServiceSpec) []string {
	kind := string(cmp.Or(s.Type, corev1.ServiceTypeClusterIP))
	switch {
	case s.Type == corev1.ServiceTypeExternalName:
		return []string{kind + " " + bound(s.ExternalName, longestName)}
	case s.ClusterIP == corev1.ClusterIPNone:
		kind += " without address"
	}
	words := []string{kind}
	if len(s.Ports) > 0 {
		words = append(words, "ports "+few(portNames(s.Ports)))
	}
	if len(s.ExternalIPs) > 0 {
		words = append(words, "external IPs "+few(s.ExternalIPs))
	}
	return words
}

// portNames names ports as kubectl does: 80:30080/UDP, with TCP left out.
func portNames(ports []corev1.ServicePort) []string {
	names := make([]string, len(ports))
	for i := range ports {
		p := &ports[i]
		names[i] = strconv.Itoa(int(p.Port))
		if p.NodePort != 0 {
			names[i] += ":" + strconv.Itoa(int(p.NodePort))
		}
		if p.Protocol != "" && p.Protocol != corev1.ProtocolTCP {
			names[i] += "/" + string(p.Protocol)
		}
	}
	return names
}

// serviceWords tells how the way to a Service changed.
func serviceWords(before, after *corev1.ServiceSpec) (words []string) {
	was, is := serviceTold(before), serviceTold(after)
	for i := range max(len(was), len(is)) {
		switch {
		case i >= len(was):
			words = append(words, is[i]+" added")
		case i >= len(is):
			words = append(words, was[i]+" removed")
		case was[i] != is[i]:
			words = append(words, was[i]+" → "+is[i])
		}
	}
	if differ(before.Selector, after.Selector) {
		words = append(words, "selector changed")
	}
	if len(words) == 0 && differ(before, after) {
		words = append(words, "changed")
	}
	return words
}
