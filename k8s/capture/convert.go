package capture

import (
	"maps"

	corev1 "k8s.io/api/core/v1"
	"k8s.io/apimachinery/pkg/runtime/schema"
)

// converter finds what turns an older version of a kind into the version that it is read in; nil where the fields agree
// and so do their defaults. The rules are those of pkg/apis/*/v1beta1/{conversion,defaults}.go of Kubernetes.
func converter(from schema.GroupVersionKind) func(map[string]any) {
	switch from.Group + "/" + from.Version {
	case "extensions/v1beta1", "apps/v1beta1":
		switch from.Kind {
		case "Deployment", "DaemonSet", "ReplicaSet", "StatefulSet":
			return selectorFromTemplate
		}
	}
	switch from.Kind {
	case "Ingress":
		return convertIngress
	case "PodDisruptionBudget":
		return convertBudget
	case "ValidatingWebhookConfiguration", "MutatingWebhookConfiguration":
		return convertWebhooks
	case "EndpointSlice":
		return convertEndpoints
	case "CertificateSigningRequest":
		return convertSigningRequest
	case "CustomResourceDefinition":
		return convertDefinition
	case "HorizontalPodAutoscaler":
		return convertAutoscaler
	case "RuntimeClass":
		if from.Version == "v1alpha1" {
			return convertRuntimeClass
		}
	case "RoleBinding", "ClusterRoleBinding":
		if from.Version == "v1alpha1" {
			return convertSubjects
		}
	}
	return nil
}

func child(o map[string]any, keys ...string) map[string]any {
	for _, k := range keys {
		o, _ = o[k].(map[string]any)
	}
	return o
}

// each goes through the maps of a list.
func each(list any, do func(map[string]any)) {
	items, _ := list.([]any)
	for _, i := range items {
		if m, ok := i.(map[string]any); ok {
			do(m)
		}
	}
}

func setDefault(o map[string]any, key string, value any) {
	if o != nil && o[key] == nil {
		o[key] = value
	}
}

func selectorFromTemplate(o map[string]any) {
	labels := child(o, "spec", "template", "metadata", "labels")
	if spec := child(o, "spec"); len(labels) > 0 {
		setDefault(spec, "selector", map[string]any{"matchLabels": maps.Clone(labels)})
	}
}

func convertIngress(o map[string]any) {
	spec := child(o, "spec")
	if b := child(spec, "backend"); b != nil {
		convertBackend(b)
		setDefault(spec, "defaultBackend", b)
		delete(spec, "backend")
	}
	if spec == nil {
		return
	}
	each(spec["rules"], func(rule map[string]any) {
		http := child(rule, "http")
		if http == nil {
			return
		}
		each(http["paths"], func(path map[string]any) {
			setDefault(path, "pathType", "ImplementationSpecific")
			if b := child(path, "backend"); b != nil {
				convertBackend(b)
			}
		})
	})
}

func convertBackend(b map[string]any) {
	name, port := b["serviceName"], b["servicePort"]
	if name == nil && port == nil {
		return
	}
	delete(b, "serviceName")
	delete(b, "servicePort")
	service := map[string]any{"name": name}
	switch port.(type) {
	case string:
		service["port"] = map[string]any{"name": port}
	case nil:
	default:
		service["port"] = map[string]any{"number": port}
	}
	b["service"] = service
}

// convertBudget keeps the meaning of an empty selector, which picks no pod in v1beta1 and every pod in v1.
func convertBudget(o map[string]any) {
	spec := child(o, "spec")
	if selector, ok := spec["selector"].(map[string]any); ok && len(selector) == 0 {
		spec["selector"] = map[string]any{"matchExpressions": []any{
			map[string]any{"key": "pdb.kubernetes.io/deprecated-v1beta1-empty-selector-match", "operator": "Exists"}}}
	}
}

// convertWebhooks writes out the defaults of v1beta1, which are laxer than those of v1.
func convertWebhooks(o map[string]any) {
	each(o["webhooks"], func(w map[string]any) {
		setDefault(w, "failurePolicy", "Ignore")
		setDefault(w, "matchPolicy", "Exact")
		setDefault(w, "sideEffects", "Unknown")
		setDefault(w, "timeoutSeconds", int64(30))
		setDefault(w, "admissionReviewVersions", []any{"v1beta1"})
	})
}

func convertEndpoints(o map[string]any) {
	each(o["endpoints"], func(e map[string]any) {
		topology := child(e, "topology")
		delete(e, "topology")
		if zone, ok := topology[corev1.LabelTopologyZone]; ok {
			setDefault(e, "zone", zone)
			delete(topology, corev1.LabelTopologyZone)
		}
		if node, ok := topology[corev1.LabelHostname]; ok && node == e["nodeName"] {
			delete(topology, corev1.LabelHostname)
		}
		if len(topology) > 0 {
			e["deprecatedTopology"] = topology
		}
	})
}

// legacySigner signs requests of v1beta1 that name no signer.
const legacySigner = "kubernetes.io/legacy-unknown"

func convertSigningRequest(o map[string]any) {
	setDefault(child(o, "spec"), "signerName", legacySigner)
	each(child(o, "status")["conditions"], func(c map[string]any) { setDefault(c, "status", "True") })
}

func convertDefinition(o map[string]any) {
	spec := child(o, "spec")
	if spec == nil {
		return
	}
	setDefault(spec, "scope", "Namespaced")
	if version, ok := spec["version"].(string); ok && spec["versions"] == nil {
		spec["versions"] = []any{map[string]any{"name": version, "served": true, "storage": true}}
	}
	delete(spec, "version")
	for from, to := range map[string]string{"validation": "schema", "subresources": "subresources",
		"additionalPrinterColumns": "additionalPrinterColumns"} {
		if value, ok := spec[from]; ok {
			each(spec["versions"], func(v map[string]any) { setDefault(v, to, value) })
			delete(spec, from)
		}
	}
}

func convertRuntimeClass(o map[string]any) {
	spec := child(o, "spec")
	if spec["runtimeHandler"] != nil {
		o["handler"] = spec["runtimeHandler"]
	}
	for _, k := range []string{"overhead", "scheduling"} {
		if spec[k] != nil {
			o[k] = spec[k]
		}
	}
	delete(o, "spec")
}

func convertSubjects(o map[string]any) {
	each(o["subjects"], func(s map[string]any) {
		delete(s, "apiVersion")
		if s["kind"] == "User" && s["name"] == "*" {
			s["kind"], s["name"] = "Group", "system:authenticated"
		}
	})
}

// convertAutoscaler reads the targets of v1 and v2beta1, which stood flat, into metrics.
func convertAutoscaler(o map[string]any) {
	spec := child(o, "spec")
	if cpu, ok := spec["targetCPUUtilizationPercentage"]; ok {
		spec["metrics"] = []any{map[string]any{"type": "Resource", "resource": map[string]any{"name": "cpu",
			"target": map[string]any{"type": "Utilization", "averageUtilization": cpu}}}}
		delete(spec, "targetCPUUtilizationPercentage")
	}
	each(spec["metrics"], func(m map[string]any) {
		r := child(m, "resource")
		for from, to := range map[string]string{"targetAverageUtilization": "averageUtilization", "targetAverageValue": "averageValue"} {
			if v, ok := r[from]; ok {
				kind := "Utilization"
				if to == "averageValue" {
					kind = "AverageValue"
				}
				r["target"] = map[string]any{"type": kind, to: v}
				delete(r, from)
			}
		}
	})
}
