package admission

import (
	"fmt"

	corev1 "k8s.io/api/core/v1"

	"canopy/analysis/workload"
	"canopy/model"
	"canopy/model/cluster"
)

// podSecurityLabels is PS26: it keeps namespaces from losing their Pod Security level, or from being made again without one.
// They are told by their names, which are their labels too.
func podSecurityLabels(rule *model.Rule, namespaces []string) *blueprint {
	b := &blueprint{rule: rule, name: nameFor(rule), namespaces: namespaces, match: []matched{{"", "v1", []string{"namespaces"}, []string{created, updated}, nil}}}
	return fresh(b, func(o string) string {
		label := func(name string) string {
			return o + ".metadata.?labels[?" + quote("pod-security.kubernetes.io/"+name) + "]"
		}
		exempt := o + ".metadata.name == 'kube-system' || " + o + ".metadata.?annotations[?" + quote(workload.ExceptionAnnotation) + "].orValue('') != ''"
		lists := []string{when("!("+exempt+") && "+label("enforce")+".orValue('privileged') == 'privileged'", "the namespace would enforce no Pod Security level"),
			when(label("enforce")+".orValue('privileged') != 'privileged' && !"+label("enforce-version")+".hasValue()", "the label enforce-version would be missing")}
		for _, mode := range [...]string{"enforce", "audit", "warn"} {
			version := label(mode+"-version") + ".orValue('latest')"
			lists = append(lists, when("!("+label(mode)+".orValue('baseline') in ['privileged', 'baseline', 'restricted'])", "the label "+mode+" would name no level"),
				when("!"+version+".matches('^(latest|v1[.](0|[1-9][0-9]{0,5}))$') || "+version+" != 'latest' && int("+version+".substring(3)) > "+fmt.Sprint(workload.NewestMinor),
					"the label "+mode+"-version would name no known version"))
		}
		return together(lists...)
	})
}

// misplaced is PS27 for the namespace default: nothing that makes pods is made there, and no pod.
func misplaced(rule *model.Rule) *blueprint {
	create := []string{created}
	return &blueprint{
		rule: rule, name: nameFor(rule), namespaces: []string{"default"}, breaks: func(*cluster.Cluster, model.Record, *corev1.PodTemplateSpec) bool { return true }, conditions: []named{staticPods()},
		match: []matched{
			{"", "v1", []string{"pods", "replicationcontrollers"}, create, nil},
			{"apps", "v1", []string{"deployments", "replicasets", "daemonsets", "statefulsets"}, create, nil},
			{"batch", "v1", []string{"jobs", "cronjobs"}, create, nil},
		},
		faults: when("object.metadata.namespace == 'default'", "a workload would run in the namespace default"),
	}
}

// lastingToken is LP23: Secrets for tokens that do not expire, and those of which the server took the token back.
func lastingToken(rule *model.Rule, namespaces []string) *blueprint {
	const invalid = "'kubernetes.io/legacy-token-invalid-since'"
	return &blueprint{
		rule: rule, name: nameFor(rule), namespaces: namespaces, match: []matched{{"", "v1", []string{"secrets"}, []string{created, updated}, nil}},
		faults: "object.?type.orValue('') != 'kubernetes.io/service-account-token' ? [] :\n" + together(
			when("request.operation == 'CREATE'", "the Secret would hold a token that does not expire"),
			when("request.operation == 'UPDATE' && "+invalid+" in oldObject.metadata.?labels.orValue({}) && !("+invalid+" in object.metadata.?labels.orValue({}))", "the token of the Secret would be valid again")),
	}
}
