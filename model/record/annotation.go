package record

import (
	"strings"
	"time"

	corev1 "k8s.io/api/core/v1"

	"canopy/model"
)

// Present stands for the value of an annotation of which a record keeps only that it is there: because the value may hold a
// credential, or is long, or no rule reads more of it.
const Present = "set"

// Masked stands in the place of a value that was masked, as in a capture.
const Masked = "<masked>"

// maxAnnotation bounds the values that are kept of annotations for one kind alone. A list of address ranges is shorter.
const maxAnnotation = 4 << 10

func keepAnnotations(kind *model.Kind, all map[string]string) Labels {
	var kept map[string]string
	for k, v := range all {
		if v, ok := keepAnnotation(kind, k, v); ok {
			if kept == nil {
				kept = map[string]string{}
			}
			kept[k] = v
		}
	}
	return MakeLabels(kept)
}

// keepAnnotation gives what is kept of an annotation of an object of a kind; false where that is nothing. With the kind nil
// it answers for whatever kind keeps most.
func keepAnnotation(kind *model.Kind, key, value string) (string, bool) {
	if general(key) {
		return value, true
	}
	if !concerns(kind, key) {
		return "", false
	}
	if value == Masked || value != "" && (len(value) > maxAnnotation || !open(key, value)) {
		return Present, true
	}
	return value, true
}

// general names the annotations that rules and screens read of objects of any kind: who manages the object, which cloud
// identity it takes, what it is for.
func general(key string) bool {
	switch key {
	case corev1.MirrorPodAnnotationKey, "kubernetes.io/config.source", "kubernetes.io/service-account.name",
		"rbac.authorization.kubernetes.io/autoupdate", "kubernetes.io/description", "description",
		"eks.amazonaws.com/role-arn", "iam.gke.io/gcp-service-account", "kyverno.io/verify-images":
		return true
	}
	domain, _, ok := strings.Cut(key, "/")
	if !ok {
		return false
	}
	switch domain {
	case "meta.helm.sh", "argocd.argoproj.io", "kustomize.toolkit.fluxcd.io", "helm.toolkit.fluxcd.io",
		"azure.workload.identity", "ingressclass.kubernetes.io", "storageclass.kubernetes.io", "canopy":
		return true
	}
	return false
}

// Domains and keys of annotations that say how an object is reached.
const (
	nginx    = "nginx.ingress.kubernetes.io"
	traefik  = "traefik.ingress.kubernetes.io"
	statusOf = "sidecar.istio.io/status"
)

// concerns names the annotations that tell of the network and of reboots, and only on the kinds where a controller acts on them:
// which proxy an Ingress is for and whom that lets in, whether the load balancer of a Service is an internal one, what other
// networks and proxies a pod has.
func concerns(kind *model.Kind, key string) bool {
	domain, _, _ := strings.Cut(key, "/")
	if reboots(kind, key) {
		return true
	}
	for _, name := range [...]string{"Ingress", "Service", "Pod", "Namespace"} {
		if kind != nil && (kind.Kind != name || kind.Group != "" && kind.Group != model.GroupNetwork) {
			continue
		}
		switch name {
		case "Ingress":
			switch key {
			case "kubernetes.io/ingress.class", "alb.ingress.kubernetes.io/scheme", "alb.ingress.kubernetes.io/inbound-cidrs":
				return true
			}
			if domain == nginx || domain == traefik {
				return true
			}
		case "Service":
			// The domain holds, for each cloud, the word that makes a load balancer internal.
			if domain == "service.beta.kubernetes.io" || key == "networking.gke.io/load-balancer-type" || key == "cloud.google.com/load-balancer-type" {
				return true
			}
		case "Pod":
			switch key {
			case "k8s.v1.cni.cncf.io/networks", "v1.multus-cni.io/default-network", "sidecar.istio.io/inject", statusOf, "linkerd.io/inject":
				return true
			}
		case "Namespace":
			if key == "linkerd.io/inject" {
				return true
			}
		}
	}
	return false
}

// kuredLock is the annotation by which kured says that one of its pods takes a node down. Its value is JSON that names the node.
const kuredLock = "weave.works/kured-node-lock"

// reboots names the annotations by which kured says that a node has to be rebooted, or is about to be: on nodes, and the lock on kured's
// DaemonSet.
func reboots(kind *model.Kind, key string) bool {
	switch key {
	case "weave.works/kured-reboot-in-progress", "weave.works/kured-most-recent-reboot-needed":
		return kind == nil || kind.Kind == "Node" && kind.Group == ""
	case kuredLock:
		return kind == nil || kind.Kind == "DaemonSet" && kind.Group == "apps"
	}
	return false
}

// open tells that the value of an annotation is no secret and is worth keeping. Snippets of a proxy's configuration and
// headers that a proxy sets hold credentials, and so may the addresses of what authenticates.
func open(key, value string) bool {
	domain, name, _ := strings.Cut(key, "/")
	switch {
	case strings.HasPrefix(key, "weave.works/"):
		// What is told is a moment; of the lock that it is there.
		_, err := time.Parse(time.RFC3339, value)
		return key != kuredLock && err == nil
	case key == statusOf, strings.HasSuffix(name, "-snippet"), strings.Contains(name, "headers"):
		return false
	case domain == nginx && strings.HasPrefix(name, "auth-"):
		switch name {
		case "auth-type", "auth-secret", "auth-secret-type", "auth-method", "auth-tls-secret", "auth-tls-verify-client", "auth-tls-verify-depth":
			return true
		}
		return false
	}
	// An address may begin with a name and a password.
	_, address, isAddress := strings.Cut(value, "://")
	return !isAddress || !strings.Contains(address, "@")
}
