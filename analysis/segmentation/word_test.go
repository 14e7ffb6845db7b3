package segmentation

import (
	"net/netip"
	"testing"
)

func TestEnvironmentIn(t *testing.T) {
	for text, want := range map[string]environment{
		"prod": production, "shop-prod": production, "PROD": production, "shop.production.eu": production, "prd_1": production, "live": production,
		"dev": lesser, "shop-dev": lesser, "staging": lesser, "qa-2": lesser, "pre-prod": lesser, "preprod": lesser, "shop-non-prod": lesser, "non-prod-test": lesser,
		"product": someEnvironment, "products-api": someEnvironment, "developer-portal": someEnvironment, "latest": someEnvironment, "contest": someEnvironment, "alive": someEnvironment,
		"prod-test": someEnvironment, "dev-and-prod": someEnvironment, "": someEnvironment, "---": someEnvironment, "shop": someEnvironment,
	} {
		if got := environmentIn(text); got != want {
			t.Errorf("%q: got %d, want %d", text, got, want)
		}
	}
}

func TestProxyVersion(t *testing.T) {
	for image, want := range map[string]version{
		"registry.k8s.io/ingress-nginx/controller:v1.11.2@sha256:00":                     {true, true, 1, 11, 2},
		"registry.example:5000/mirror/ingress-nginx/controller-chroot:v1.12.0-hardened1": {true, true, 1, 12, 0},
		"quay.io/kubernetes-ingress-controller/nginx-ingress-controller:0.26.1":          {true, true, 0, 26, 1},
		"rancher/nginx-ingress-controller:nginx-1.9.4-rancher1":                          {true, true, 1, 9, 4},
		"registry.k8s.io/ingress-nginx/controller@sha256:00":                             {known: true},
		"registry.k8s.io/ingress-nginx/controller:latest":                                {known: true},
		"registry.k8s.io/ingress-nginx/controller:v1.99999999999999999999.0":             {known: true},
		"registry.k8s.io/ingress-nginx/kube-webhook-certgen:v1.4.1":                      {},
		"evil-ingress-nginx/controller:v1.0.0":                                           {},
		"nginx/nginx-ingress:3.0.0":                                                      {},
		"":                                                                               {},
	} {
		if got := proxyVersion(image); got != want {
			t.Errorf("%s: got %+v, want %+v", image, got, want)
		}
	}
	for tag, want := range map[string][2]bool{"1.8.4": {true, true}, "1.9.0": {true, false}, "1.11.4": {true, false}, "1.11.5": {}, "1.12.0": {true, false}, "1.12.1": {}, "1.13.0": {}} {
		v := proxyVersion("ingress-nginx/controller:v" + tag)
		if v.broken() != want[0] || v.obeys() != want[1] {
			t.Errorf("%s: broken %t, obeys %t", tag, v.broken(), v.obeys())
		}
	}
}

func TestConsoleByImage(t *testing.T) {
	for image, want := range map[string]string{
		"docker.io/kubernetesui/dashboard:v2.7.0":       "Kubernetes Dashboard",
		"grafana/grafana@sha256:00":                     "Grafana",
		"registry.example:5000/grafana/grafana:11":      "Grafana",
		"rabbitmq:3-management":                         "RabbitMQ management",
		"docker.elastic.co/kibana/kibana:8.1.0":         "Kibana",
		"rabbitmq:3":                                    "",
		"mygrafana/grafana-like:1":                      "",
		"notprom/prometheus:1":                          "",
		"quay.io/argoproj/argocd:v2":                    "",
		"registry.example/rabbitmq-management-agent:v1": "",
	} {
		got := ""
		if i := consoleByImage(image); i >= 0 {
			got = consoles[i].name
		}
		if got != want {
			t.Errorf("%s: got %q, want %q", image, got, want)
		}
	}
}

func TestCoversFamily(t *testing.T) {
	for _, tt := range []struct {
		list []string
		want bool
	}{
		{nil, false},
		{[]string{"0.0.0.0/0"}, true},
		{[]string{"::/0"}, true},
		{[]string{"0.0.0.0/1", "128.0.0.0/1"}, true},
		{[]string{"0.0.0.0/1", "128.0.0.0/2", "192.0.0.0/2"}, true},
		{[]string{"0.0.0.0/1", "128.0.0.0/2"}, false},
		{[]string{"10.0.0.0/8", "fd00::/8"}, false},
	} {
		var list []netip.Prefix
		for _, s := range tt.list {
			list = append(list, netip.MustParsePrefix(s))
		}
		if got := coversFamily(list); got != tt.want {
			t.Errorf("%v: got %t", tt.list, got)
		}
	}
}
