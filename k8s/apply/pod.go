package apply

import (
	"encoding/json"
	"fmt"
	"reflect"

	"k8s.io/apimachinery/pkg/apis/meta/v1/unstructured"
	"k8s.io/apimachinery/pkg/util/intstr"

	"canopy/model/undo"
)

// templatePath says where a kind holds its pod template; nil for kinds that hold none. A Pod is its own.
func templatePath(t target) []string {
	switch t.kind.GroupKind().String() {
	case "Deployment.apps", "ReplicaSet.apps", "DaemonSet.apps", "StatefulSet.apps", "ReplicationController", "Job.batch":
		return []string{"spec", "template"}
	case "CronJob.batch":
		return []string{"spec", "jobTemplate", "spec", "template"}
	case "Pod":
		return []string{}
	}
	return nil
}

// templateOf gives the pod template of an object; nil where there is none.
func templateOf(t target, u *unstructured.Unstructured) map[string]any {
	path := templatePath(t)
	if path == nil || u == nil {
		return nil
	}
	if len(path) == 0 {
		u = undo.Strip(u)
		// Nobody can make a pod with these.
		unstructured.RemoveNestedField(u.Object, "spec", "ephemeralContainers")
		return u.Object
	}
	template, _, _ := unstructured.NestedMap(u.Object, path...)
	return template
}

// podOf makes a pod as the controllers would make it of an object; nil where the step leaves its template as it was. It has
// no owner: the one that it would have, such as a new ReplicaSet, is not there.
func podOf(r rehearsal) (map[string]any, error) {
	template := templateOf(r.target, r.after)
	if template == nil || reflect.DeepEqual(template, templateOf(r.target, r.before)) {
		return nil, nil
	}
	from, _ := template["metadata"].(map[string]any)
	// Names that are made up leave room for what the server adds.
	name := r.target.name
	if len(name) > 40 {
		name = name[:40]
	}
	meta := map[string]any{"generateName": name + "-", "namespace": r.target.namespace}
	for _, f := range []string{"labels", "annotations", "finalizers"} {
		if from[f] != nil {
			meta[f] = from[f]
		}
	}
	spec, _ := template["spec"].(map[string]any)
	if r.target.kind.Kind == "StatefulSet" {
		claims(spec, r.after, r.target.name)
	}
	pod := map[string]any{"apiVersion": "v1", "kind": "Pod", "metadata": meta, "spec": spec}
	// What goes on must not change what the rehearsal holds.
	data, err := json.Marshal(pod)
	if err != nil {
		return nil, err
	}
	again := map[string]any{}
	return again, json.Unmarshal(data, &again)
}

// claims adds the volumes that a StatefulSet gives its pods.
func claims(spec map[string]any, u *unstructured.Unstructured, name string) {
	list, _, _ := unstructured.NestedSlice(u.Object, "spec", "volumeClaimTemplates")
	volumes, _ := spec["volumes"].([]any)
	for _, item := range list {
		claim, _, _ := unstructured.NestedString(item.(map[string]any), "metadata", "name")
		volumes = append(volumes, map[string]any{"name": claim, "persistentVolumeClaim": map[string]any{"claimName": fmt.Sprintf("%s-%s-0", claim, name)}})
	}
	if len(list) > 0 {
		spec["volumes"] = volumes
	}
}

// makesRoom tells that pods of an owner go before others come in their place, or that none come: then a full quota does not
// stand in the way.
func makesRoom(r rehearsal) bool {
	if r.before == nil {
		return false
	}
	switch r.target.kind.Kind {
	case "DaemonSet", "StatefulSet", "ReplicaSet", "ReplicationController":
		return true
	case "Deployment":
		if kind, _, _ := unstructured.NestedString(r.after.Object, "spec", "strategy", "type"); kind == "Recreate" {
			return true
		}
		replicas, _, _ := unstructured.NestedInt64(r.after.Object, "spec", "replicas")
		most, _, _ := unstructured.NestedFieldNoCopy(r.after.Object, "spec", "strategy", "rollingUpdate", "maxUnavailable")
		value := intstr.Parse(fmt.Sprint(most))
		n, err := intstr.GetScaledValueFromIntOrPercent(&value, int(replicas), false)
		return err == nil && n > 0
	}
	return false
}
