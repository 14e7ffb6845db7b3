package engine

import (
	"fmt"
	"slices"
	"strings"
	"time"

	certificatesv1 "k8s.io/api/certificates/v1"
	corev1 "k8s.io/api/core/v1"
	networkingv1 "k8s.io/api/networking/v1"
	rbacv1 "k8s.io/api/rbac/v1"
	"k8s.io/apimachinery/pkg/api/equality"

	"canopy/model"
	"canopy/model/record"
)

// detail says in words what changed of an object that a person would care about, and nothing where that is as it was:
// status is noise, but for that of nodes and signing requests. No value of a Secret, a ConfigMap or an environment is in it.
func detail(before, after model.Record) []string {
	var words []string
	if a, b := before.GetUID(), after.GetUID(); a != "" && b != "" && a != b {
		words = append(words, "replaced")
	}
	switch b := before.(type) {
	case *record.Workload:
		if a, ok := after.(*record.Workload); ok {
			return append(words, workloadWords(b, a)...)
		}
	case *record.Pod:
		if a, ok := after.(*record.Pod); ok {
			return append(words, podWords(b, a)...)
		}
	case *record.Secret:
		if a, ok := after.(*record.Secret); ok {
			return append(words, secretWords(b, a)...)
		}
	case *record.ConfigMap:
		if a, ok := after.(*record.ConfigMap); ok && differ(b.Keys, a.Keys) {
			return append(words, "keys changed")
		} else if ok && (b.Size != a.Size || differ(b.Facts, a.Facts)) {
			return append(words, "data changed")
		}
	case *record.Scan:
		if a, ok := after.(*record.Scan); ok {
			return append(words, scanWords(b, a)...)
		}
	case *record.Typed[*corev1.Namespace]:
		if a, ok := after.(*record.Typed[*corev1.Namespace]); ok {
			return append(words, namespaceWords(b, a)...)
		}
	case *record.Typed[*networkingv1.NetworkPolicy]:
		if a, ok := after.(*record.Typed[*networkingv1.NetworkPolicy]); ok && differ(&b.Object.Spec, &a.Object.Spec) {
			return append(words, "spec changed: "+isolation(&a.Object.Spec))
		}
	case *record.Typed[*corev1.Service]:
		if a, ok := after.(*record.Typed[*corev1.Service]); ok {
			return append(words, serviceWords(&b.Object.Spec, &a.Object.Spec)...)
		}
	case *record.Typed[*corev1.Node]:
		if a, ok := after.(*record.Typed[*corev1.Node]); ok {
			return append(words, nodeWords(b, a)...)
		}
	case *record.Typed[*rbacv1.Role]:
		if a, ok := after.(*record.Typed[*rbacv1.Role]); ok {
			return append(words, ruleWords(b.Object.Rules, a.Object.Rules)...)
		}
	case *record.Typed[*rbacv1.ClusterRole]:
		if a, ok := after.(*record.Typed[*rbacv1.ClusterRole]); ok {
			if differ(b.Object.AggregationRule, a.Object.AggregationRule) {
				words = append(words, "joins other roles than before")
			}
			return append(words, ruleWords(b.Object.Rules, a.Object.Rules)...)
		}
	case *record.Typed[*rbacv1.RoleBinding]:
		if a, ok := after.(*record.Typed[*rbacv1.RoleBinding]); ok {
			return append(words, bindingWords(b.Object.Subjects, a.Object.Subjects, b.Object.RoleRef, a.Object.RoleRef, a.Namespace)...)
		}
	case *record.Typed[*rbacv1.ClusterRoleBinding]:
		if a, ok := after.(*record.Typed[*rbacv1.ClusterRoleBinding]); ok {
			return append(words, bindingWords(b.Object.Subjects, a.Object.Subjects, b.Object.RoleRef, a.Object.RoleRef, a.Namespace)...)
		}
	case *record.Typed[*certificatesv1.CertificateSigningRequest]:
		if a, ok := after.(*record.Typed[*certificatesv1.CertificateSigningRequest]); ok {
			return append(words, requestWords(b.Object, a.Object)...)
		}
	default:
		if part, word := written(before); part != nil {
			if now, _ := written(after); differ(part, now) {
				return append(words, word)
			}
		}
	}
	return words
}

// differ tells two values apart as the API does, to which a list that is empty and one that is missing are the same.
func differ(a, b any) bool { return !equality.Semantic.DeepEqual(a, b) }

func secretWords(before, after *record.Secret) []string {
	switch {
	case before.Type != after.Type && before.Type != "" && after.Type != "",
		before.Keys != after.Keys && before.Keys >= 0 && after.Keys >= 0:
		return []string{"keys or type changed"}
	case before.Changed != after.Changed && before.Changed != 0 && after.Changed != 0:
		// Who keeps the data may have written something else of the object: that it was rotated is not known.
		return []string{"written anew"}
	}
	return nil
}

const podSecurity = "pod-security.kubernetes.io/"

// namespaceWords tells of the labels by which Pod Security goes.
func namespaceWords(before, after *record.Typed[*corev1.Namespace]) []string {
	var list []string
	for k, v := range before.Labels.All() {
		mode, ok := strings.CutPrefix(k, podSecurity)
		if !ok {
			continue
		}
		if now, ok := after.Labels.Lookup(k); !ok {
			list = append(list, bound(mode+" "+v, longestName)+" removed")
		} else if now != v {
			list = append(list, bound(mode+" "+v, longestName)+" → "+bound(now, longestName))
		}
	}
	for k, v := range after.Labels.All() {
		if mode, ok := strings.CutPrefix(k, podSecurity); ok && !before.Labels.Has(k) {
			list = append(list, bound(mode+" "+v, longestName)+" set")
		}
	}
	if len(list) == 0 {
		return nil
	}
	enforceFirst(list)
	return []string{"Pod Security: " + strings.Join(list, ", ")}
}

// registers is how long a new node takes to be ready for the first time.
const registers = time.Minute

func nodeWords(before, after *record.Typed[*corev1.Node]) (words []string) {
	b, a := before.Object, after.Object
	was, since := ready(b)
	is, _ := ready(a)
	switch {
	case was && !is:
		words = append(words, "not ready")
	case !was && is && since-before.Created > int64(registers.Seconds()):
		words = append(words, "ready again")
	case !was && is:
		words = append(words, "ready")
	}
	if was, is := b.Status.NodeInfo.KubeletVersion, a.Status.NodeInfo.KubeletVersion; was != is && was != "" && is != "" {
		words = append(words, fmt.Sprintf("kubelet %s → %s", was, is))
	}
	if was, is := b.Status.NodeInfo.BootID, a.Status.NodeInfo.BootID; was != is && was != "" && is != "" {
		words = append(words, "rebooted")
	}
	switch was, is := b.Spec.Unschedulable, a.Spec.Unschedulable; {
	case is && !was:
		words = append(words, "cordoned")
	case was && !is:
		words = append(words, "uncordoned")
	}
	return words
}

// ready tells whether a node is ready, and since when that is so; zero where it does not say.
func ready(n *corev1.Node) (is bool, since int64) {
	for i := range n.Status.Conditions {
		if c := &n.Status.Conditions[i]; c.Type == corev1.NodeReady {
			if !c.LastTransitionTime.IsZero() {
				since = c.LastTransitionTime.Unix()
			}
			return c.Status == corev1.ConditionTrue, since
		}
	}
	return false, 0
}

// requestWords tells what became of a signing request.
func requestWords(before, after *certificatesv1.CertificateSigningRequest) (words []string) {
	has := func(r *certificatesv1.CertificateSigningRequest, t certificatesv1.RequestConditionType) bool {
		return slices.ContainsFunc(r.Status.Conditions, func(c certificatesv1.CertificateSigningRequestCondition) bool { return c.Type == t })
	}
	for _, t := range []certificatesv1.RequestConditionType{certificatesv1.CertificateApproved, certificatesv1.CertificateDenied, certificatesv1.CertificateFailed} {
		if has(after, t) && !has(before, t) {
			words = append(words, strings.ToLower(string(t)))
		}
	}
	if len(after.Status.Certificate) > 0 && len(before.Status.Certificate) == 0 {
		words = append(words, "issued")
	}
	if differ(before.Spec, after.Spec) {
		words = append(words, "spec changed")
	}
	return words
}
