package exposure

import (
	"strings"

	"canopy/model/record"
)

// family is one controller of Ingresses or Gateways, and how its pods are recognised.
type family struct {
	name string
	// controllers are parts of the names that classes give as their controller; classes are the names by which Ingresses
	// call it where there is no such class.
	controllers, classes []string
	// cloud tells that the connections are made from outside the cluster.
	cloud bool
	// labels are those of its pods: one list of pairs after another, each of which is enough.
	labels [][]pair
}

// families is data: the labels that the controllers' own manifests and charts put on the pods which send traffic. All pods
// of one family count, whichever of its classes they serve: that is told by a flag of theirs. A controller that is not here
// is one whose pods are not found.
var families = [...]family{
	{"ingress-nginx", []string{"ingress-nginx", "webapprouting.kubernetes.azure.com/nginx"}, []string{"nginx"}, false, [][]pair{
		{{"app.kubernetes.io/name", "ingress-nginx"}, {"app.kubernetes.io/component", "controller"}},
		{{"app.kubernetes.io/name", "rke2-ingress-nginx"}, {"app.kubernetes.io/component", "controller"}},
		{{"app.kubernetes.io/component", "ingress-controller"}, {"app.kubernetes.io/name", "nginx"}},
	}},
	{"nginx-inc", []string{"nginx.org/ingress-controller"}, nil, false, [][]pair{
		{{"app.kubernetes.io/name", "nginx-ingress"}}, {{"app", "nginx-ingress"}},
	}},
	{"nginx-gateway", []string{"gateway.nginx.org/"}, nil, false, [][]pair{{{"app.kubernetes.io/name", "nginx-gateway"}}, {{"app.kubernetes.io/name", "nginx-gateway-fabric"}}}},
	{"traefik", []string{"traefik.io/"}, []string{"traefik"}, false, [][]pair{{{"app.kubernetes.io/name", "traefik"}}}},
	{"haproxy", []string{"haproxy.org/", "haproxy-ingress.github.io/"}, []string{"haproxy"}, false, [][]pair{
		{{"app.kubernetes.io/name", "kubernetes-ingress"}}, {{"app.kubernetes.io/name", "haproxy-ingress"}}, {{"run", "haproxy-ingress"}},
	}},
	{"contour", []string{"projectcontour.io/"}, []string{"contour"}, false, [][]pair{
		{{"app.kubernetes.io/name", "contour"}, {"app.kubernetes.io/component", "envoy"}}, {{"app", "envoy"}},
	}},
	{"kong", []string{"konghq.com/"}, []string{"kong"}, false, [][]pair{
		{{"app.kubernetes.io/name", "kong"}}, {{"app", "ingress-kong"}}, {{"app", "proxy-kong"}},
	}},
	{"istio", []string{"istio.io/"}, []string{"istio"}, false, [][]pair{{{"istio", "ingressgateway"}}}},
	{"emissary", []string{"getambassador.io/"}, []string{"ambassador"}, false, [][]pair{
		{{"app.kubernetes.io/name", "emissary-ingress"}}, {{"app.kubernetes.io/name", "ambassador"}},
	}},
	{"apisix", []string{"apisix.apache.org/"}, []string{"apisix"}, false, [][]pair{{{"app.kubernetes.io/name", "apisix"}}}},
	{"openshift", []string{"openshift.io/ingress"}, []string{"openshift-default"}, false, [][]pair{
		{{"ingresscontroller.operator.openshift.io/deployment-ingresscontroller", ""}},
	}},
	{"cloud", []string{
		"ingress.k8s.aws/", "gateway.k8s.aws/", "application-networking.k8s.aws/", "azure/application-gateway", "azure-application-gateway",
		"alb.networking.azure.io/", "networking.gke.io/", "ingress.gcp.kubernetes.io/", "k8s.io/ingress-gce", "oci.oraclecloud.com/",
	}, []string{"alb", "gce", "gce-internal", "azure/application-gateway", "azure-application-gateway"}, true, nil},
}

// Labels by which the pods of one Gateway are told: the one that Gateway API itself names (GEP-1762), and those of
// controllers that run them in a namespace of their own.
const (
	gatewayLabel          = "gateway.networking.k8s.io/gateway-name"
	envoyGatewayLabel     = "gateway.envoyproxy.io/owning-gateway-name"
	envoyGatewayNamespace = "gateway.envoyproxy.io/owning-gateway-namespace"
	contourGatewayLabel   = "projectcontour.io/owning-gateway-name"
)

func gatewayCrew(namespace, name string) string { return "Gateway " + namespace + "/" + name }

// crewsOf says whose controllers pods with these labels are.
func crewsOf(namespace string, labels record.Labels) []string {
	var keys []string
	for i := range families {
		for _, pairs := range families[i].labels {
			if carries(labels, pairs) {
				keys = append(keys, families[i].name)
				break
			}
		}
	}
	// In the Gateway's own namespace nobody can pretend to be a Gateway of another.
	for _, key := range [...]string{gatewayLabel, contourGatewayLabel} {
		if name := labels.Get(key); name != "" {
			keys = append(keys, gatewayCrew(namespace, name))
		}
	}
	if name := labels.Get(envoyGatewayLabel); name != "" {
		keys = append(keys, gatewayCrew(labels.Get(envoyGatewayNamespace), name))
	}
	return keys
}

// carries tells that all pairs are among the labels; a pair without a value only wants the key.
func carries(labels record.Labels, pairs []pair) bool {
	for _, p := range pairs {
		if v, ok := labels.Lookup(p.key); !ok || (p.value != "" && v != p.value) {
			return false
		}
	}
	return true
}

// familyOf finds the controller by the name that a class gives it; nil where it is not known.
func familyOf(controller string) *family {
	for i := range families {
		for _, part := range families[i].controllers {
			if strings.Contains(controller, part) {
				return &families[i]
			}
		}
	}
	return nil
}

// familyCalled finds the controller by the name by which an Ingress calls it.
func familyCalled(class string) *family {
	for i := range families {
		for _, name := range families[i].classes {
			if name == class {
				return &families[i]
			}
		}
	}
	return nil
}
