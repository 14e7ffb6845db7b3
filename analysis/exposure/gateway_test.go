package exposure

import (
	"encoding/json"
	"fmt"
	"math/rand/v2"
	"strings"
	"testing"

	corev1 "k8s.io/api/core/v1"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/apis/meta/v1/unstructured"
	"k8s.io/apimachinery/pkg/util/intstr"

	"canopy/model"
)

const gateways = `
apiVersion: gateway.networking.k8s.io/v1
kind: GatewayClass
metadata: {name: edge}
spec: {controllerName: example.com/unknown}
---
apiVersion: gateway.networking.k8s.io/v1
kind: Gateway
metadata: {name: edge, namespace: infra}
spec:
  gatewayClassName: edge
  listeners:
  - {name: http, port: 80, protocol: HTTP, allowedRoutes: {namespaces: {from: All}}}
  - {name: https, port: 443, protocol: HTTPS, hostname: "*.example", allowedRoutes: {namespaces: {from: Selector, selector: {matchLabels: {edge: "yes"}}}}}
  - {name: own, port: 8080, protocol: HTTP}
  - {name: db, port: 5432, protocol: TCP, allowedRoutes: {namespaces: {from: All}, kinds: [{kind: TCPRoute}]}}
  - {name: dns, port: 53, protocol: UDP, allowedRoutes: {namespaces: {from: All}}}
  - {name: odd, port: 9, protocol: example.com/own, allowedRoutes: {namespaces: {from: All}}}
status: {addresses: [{type: IPAddress, value: 203.0.113.3}]}
`

// routeOf gives a route of a kind in shop to Gateway infra/edge.
func routeOf(t testing.TB, kind, spec string) *unstructured.Unstructured {
	text := fmt.Sprintf("apiVersion: gateway.networking.k8s.io/v1\nkind: %s\nmetadata: {name: r, namespace: shop}\nspec: %s", kind, spec)
	return custom(t, text)[0].(*unstructured.Unstructured)
}

// TestGateway is the other half of row 34.
func TestGateway(t *testing.T) {
	const to = `rules: [{backendRefs: [{name: web, port: 80}]}]`
	const up = `parentRefs: [{name: edge, namespace: infra}]`
	const lead = "gateway infra/Gateway/edge shop/"
	cases := []struct {
		name, kind, spec string
		put              string
		want             []string
	}{
		{"every listener that lets in", "HTTPRoute", `{` + up + `,` + to + `}`, "", []string{
			lead + "HTTPRoute/r 203.0.113.3:80/TCP shop/Service/web →shop/web:80 assumed",
			lead + "HTTPRoute/r host=*.example 203.0.113.3:443/TCP shop/Service/web tls →shop/web:80 assumed",
		}},
		{"hosts", "HTTPRoute", `{hostnames: [b.example, a.other, "*.example"], ` + up + `,` + to + `}`, "", []string{
			lead + "HTTPRoute/r host=*.example,a.other,b.example 203.0.113.3:80/TCP shop/Service/web →shop/web:80 assumed",
			lead + "HTTPRoute/r host=*.example,b.example 203.0.113.3:443/TCP shop/Service/web tls →shop/web:80 assumed",
		}},
		{"by section", "HTTPRoute", `{parentRefs: [{name: edge, namespace: infra, sectionName: http}], ` + to + `}`, "", []string{
			lead + "HTTPRoute/r 203.0.113.3:80/TCP shop/Service/web →shop/web:80 assumed",
		}},
		{"by port, twice", "GRPCRoute", `{parentRefs: [{name: edge, namespace: infra, port: 443}, {name: edge, namespace: infra, port: 443}], ` + to + `}`, "", []string{
			lead + "GRPCRoute/r host=*.example 203.0.113.3:443/TCP shop/Service/web tls →shop/web:80 assumed",
		}},
		{"not from this namespace", "HTTPRoute", `{parentRefs: [{name: edge, namespace: infra, sectionName: own}], ` + to + `}`, "", []string{
			lead + "HTTPRoute/r 203.0.113.3:0/TCP shop/Service/web ✗ no listener of the Gateway lets the route in",
		}},
		{"no host in common", "HTTPRoute", `{hostnames: [a.other], parentRefs: [{name: edge, namespace: infra, sectionName: https}], ` + to + `}`, "", []string{
			lead + "HTTPRoute/r host=a.other 203.0.113.3:0/TCP shop/Service/web ✗ no listener of the Gateway lets the route in",
		}},
		{"tcp", "TCPRoute", `{` + up + `,` + to + `}`, "", []string{lead + "TCPRoute/r 203.0.113.3:5432/TCP shop/Service/web →shop/web:80 assumed"}},
		{"udp", "UDPRoute", `{` + up + `, rules: [{backendRefs: [{name: dns, port: 53}]}]}`, "", []string{lead + "UDPRoute/r 203.0.113.3:53/UDP shop/Service/dns →shop/web:53 assumed"}},
		{"tls fits none", "TLSRoute", `{` + up + `,` + to + `}`, "", []string{lead + "TLSRoute/r 203.0.113.3:0/TCP shop/Service/web ✗ no listener of the Gateway lets the route in"}},
		{"no such Gateway", "HTTPRoute", `{parentRefs: [{name: none}], ` + to + `}`, "", []string{
			"gateway shop/Gateway/none shop/HTTPRoute/r :0/TCP shop/Service/web ✗ the Gateway shop/none was not found",
		}},
		{"the mesh is not outside", "HTTPRoute", `{parentRefs: [{kind: Service, group: "", name: web}], ` + to + `}`, "", nil},
		{"weights, mirrors and others", "HTTPRoute", `{parentRefs: [{name: edge, namespace: infra, sectionName: http}], rules: [
			{backendRefs: [{name: web, port: 80, weight: 0}, {name: bucket, kind: Bucket, group: x}, {name: web, port: 81}, {port: 1}],
			 filters: [{type: RequestMirror, requestMirror: {backendRef: {name: web, port: 80}}}]}]}`, "", []string{
			lead + "HTTPRoute/r 203.0.113.3:80/TCP assumed ✗ it leads to Bucket bucket, which is no Service",
			lead + "HTTPRoute/r 203.0.113.3:80/TCP assumed ✗ it names no Service",
			lead + "HTTPRoute/r 203.0.113.3:80/TCP shop/Service/web assumed ✗ the Service has no such port",
			lead + "HTTPRoute/r 203.0.113.3:80/TCP shop/Service/web →shop/web:80 assumed",
		}},
		{"pods of the Gateway", "TCPRoute", `{` + up + `,` + to + `}`, "infra gateway.networking.k8s.io/gateway-name=edge", []string{
			lead + "TCPRoute/r 203.0.113.3:5432/TCP shop/Service/web →shop/web:80 by=infra/gw",
		}},
		{"not of a Gateway elsewhere", "TCPRoute", `{` + up + `,` + to + `}`, "mallory gateway.networking.k8s.io/gateway-name=edge", []string{
			lead + "TCPRoute/r 203.0.113.3:5432/TCP shop/Service/web →shop/web:80 assumed",
		}},
		{"pods of Envoy Gateway", "TCPRoute", `{` + up + `,` + to + `}`, "envoy-gateway-system gateway.envoyproxy.io/owning-gateway-name=edge gateway.envoyproxy.io/owning-gateway-namespace=infra", []string{
			lead + "TCPRoute/r 203.0.113.3:5432/TCP shop/Service/web →shop/web:80 by=envoy-gateway-system/gw",
		}},
	}
	for _, k := range cases {
		t.Run(k.name, func(t *testing.T) {
			w := gatewayWorld(t)
			w.put(routeOf(t, k.kind, k.spec))
			if namespace, words, ok := strings.Cut(k.put, " "); ok {
				w.put(pod(namespace, "gw", words))
			}
			w.a.Flush(w.c)
			w.expect("shop", k.want...)
		})
	}
}

func gatewayWorld(t testing.TB) *world {
	w := newWorld(t, custom(t, gateways)...)
	w.put(&corev1.Namespace{ObjectMeta: metav1.ObjectMeta{Name: "shop", Labels: map[string]string{"edge": "yes"}}})
	w.put(pod("shop", "web", "app=web"))
	w.put(service("shop", "web", "ClusterIP", "app=web", intstr.FromInt32(80)))
	w.put(with(service("shop", "dns", "ClusterIP", "app=web", intstr.FromInt32(53)), func(s *corev1.Service) {
		s.Spec.Ports[0].Port, s.Spec.Ports[0].Protocol = 53, corev1.ProtocolUDP
	}))
	w.put(pod("db", "pg", "app=pg"))
	w.put(service("db", "pg", "ClusterIP", "app=pg", intstr.FromInt32(5432)))
	return w
}

// TestGrants: a route leads into another namespace only where that one says so, and the way then belongs to that namespace.
func TestGrants(t *testing.T) {
	w := gatewayWorld(t)
	w.put(routeOf(t, "TCPRoute", `{parentRefs: [{name: edge, namespace: infra}], rules: [{backendRefs: [{name: pg, namespace: db, port: 80}]}]}`))
	w.a.Flush(w.c)
	const way = "gateway infra/Gateway/edge shop/TCPRoute/r 203.0.113.3:5432/TCP db/Service/pg"
	closed := way + " assumed ✗ no ReferenceGrant in db lets the route lead there"
	w.expect("shop")
	w.expect("db", closed)
	var last model.Ref
	for _, k := range []struct {
		name, from, to string
		open           bool
	}{
		{"another kind", "{group: gateway.networking.k8s.io, kind: HTTPRoute, namespace: shop}", `{group: "", kind: Service}`, false},
		{"another namespace", "{group: gateway.networking.k8s.io, kind: TCPRoute, namespace: ops}", `{group: "", kind: Service}`, false},
		{"another Service", "{group: gateway.networking.k8s.io, kind: TCPRoute, namespace: shop}", `{group: "", kind: Service, name: other}`, false},
		{"Secrets", "{group: gateway.networking.k8s.io, kind: TCPRoute, namespace: shop}", `{group: "", kind: Secret}`, false},
		{"this Service", "{group: gateway.networking.k8s.io, kind: TCPRoute, namespace: shop}", `{group: "", kind: Service, name: pg}`, true},
		{"every Service", "{group: gateway.networking.k8s.io, kind: TCPRoute, namespace: shop}", `{group: "", kind: Service}`, true},
	} {
		grant := custom(t, "apiVersion: gateway.networking.k8s.io/v1beta1\nkind: ReferenceGrant\nmetadata: {name: g, namespace: db}\nspec: {from: ["+k.from+"], to: ["+k.to+"]}")[0]
		r := w.put(grant)
		w.a.Flush(w.c)
		want := closed
		if k.open {
			want = way + " →db/pg:5432 assumed"
		}
		t.Run(k.name, func(t *testing.T) { (&world{t, w.c, w.a}).expect("db", want) })
		last = r.Ref()
	}
	w.change(model.Drop(last))
	if d := w.a.Flush(w.c); fmt.Sprint(d.Namespaces) != "[db]" {
		t.Errorf("changed: %v", d.Namespaces)
	}
	w.expect("db", closed)
}

// TestNamespaceLabels: a namespace that loses the label by which a listener chooses loses the way.
func TestNamespaceLabels(t *testing.T) {
	w := gatewayWorld(t)
	w.put(routeOf(t, "HTTPRoute", `{parentRefs: [{name: edge, namespace: infra, sectionName: https}], rules: [{backendRefs: [{name: web, port: 80}]}]}`))
	w.a.Flush(w.c)
	w.expect("shop", "gateway infra/Gateway/edge shop/HTTPRoute/r host=*.example 203.0.113.3:443/TCP shop/Service/web tls →shop/web:80 assumed")
	w.put(&corev1.Namespace{ObjectMeta: metav1.ObjectMeta{Name: "shop"}})
	if d := w.a.Flush(w.c); fmt.Sprint(d.Namespaces) != "[shop]" {
		t.Errorf("changed: %v", d.Namespaces)
	}
	w.expect("shop", "gateway infra/Gateway/edge shop/HTTPRoute/r 203.0.113.3:0/TCP shop/Service/web ✗ no listener of the Gateway lets the route in")
}

// TestNamespaceName: the label with its name is a namespace's whether or not the object was seen.
func TestNamespaceName(t *testing.T) {
	objects := custom(t, strings.ReplaceAll(gateways, `{edge: "yes"}`, `{kubernetes.io/metadata.name: shop}`))
	objects = append(objects, pod("shop", "web", "app=web"), service("shop", "web", "ClusterIP", "app=web", intstr.FromInt32(80)),
		routeOf(t, "HTTPRoute", `{parentRefs: [{name: edge, namespace: infra, sectionName: https}], rules: [{backendRefs: [{name: web, port: 80}]}]}`))
	newWorld(t, objects...).expect("shop", "gateway infra/Gateway/edge shop/HTTPRoute/r host=*.example 203.0.113.3:443/TCP shop/Service/web tls →shop/web:80 assumed")
}

func TestOpenShiftRoute(t *testing.T) {
	w := gatewayWorld(t)
	w.put(pod("openshift-ingress", "router", "ingresscontroller.operator.openshift.io/deployment-ingresscontroller=default"))
	for i, spec := range []string{
		`{host: a.example, to: {kind: Service, name: web}, port: {targetPort: http}, tls: {termination: edge}}`,
		`{host: b.example, to: {kind: Service, name: web, weight: 0}, alternateBackends: [{kind: Service, name: dns, weight: 1}], port: {targetPort: 53}}`,
		`{host: c.example, to: {kind: Service, name: web}}`,
		`{host: d.example, to: {kind: Service, name: web}, port: {targetPort: 9}}`,
		`{host: e.example, to: {kind: Other, name: web}}`,
	} {
		w.put(custom(t, fmt.Sprintf("apiVersion: route.openshift.io/v1\nkind: Route\nmetadata: {name: r%d, namespace: shop}\nspec: %s", i, spec))[0])
	}
	w.a.Flush(w.c)
	w.expect("shop",
		"route shop/Route/r0 host=a.example :443/TCP shop/Service/web tls →shop/web:80 by=openshift-ingress/router",
		"route shop/Route/r1 host=b.example :80/TCP shop/Service/dns →shop/web:53 by=openshift-ingress/router",
		"route shop/Route/r2 host=c.example :80/TCP shop/Service/web →shop/web:80 by=openshift-ingress/router",
		"route shop/Route/r3 host=d.example :80/TCP shop/Service/web by=openshift-ingress/router ✗ the Service has no such port",
		"route shop/Route/r4 host=e.example :80/TCP by=openshift-ingress/router ✗ it names no Service",
	)
}

// TestHostileBodies: whatever stands in an object, nothing falls over and nothing grows without bounds.
func TestHostileBodies(t *testing.T) {
	r := rand.New(rand.NewPCG(34, 34))
	var junk func(depth int) any
	junk = func(depth int) any {
		switch n := r.IntN(9); {
		case n < 2 && depth > 0:
			list := []any{}
			for range r.IntN(4) {
				list = append(list, junk(depth-1))
			}
			return list
		case n < 5 && depth > 0:
			m := map[string]any{}
			for range r.IntN(4) {
				m[[]string{"name", "kind", "spec", "port", "backendRefs", "listeners", "namespaces", "from", "selector", "matchExpressions", "values"}[r.IntN(11)]] = junk(depth - 1)
			}
			return m
		case n == 5:
			return float64(r.IntN(100000)) - 0.5
		case n == 6:
			return int64(r.IntN(200000) - 100000)
		case n == 7:
			return nil
		}
		return []string{"", "edge", "Selector", "HTTP", "\x1b[31m", "All", strings.Repeat("x", 5000)}[r.IntN(7)]
	}
	kinds := [][2]string{{"gateway.networking.k8s.io/v1", "Gateway"}, {"gateway.networking.k8s.io/v1", "GatewayClass"}, {"gateway.networking.k8s.io/v1", "HTTPRoute"},
		{"gateway.networking.k8s.io/v1", "TCPRoute"}, {"gateway.networking.k8s.io/v1beta1", "ReferenceGrant"}, {"route.openshift.io/v1", "Route"}}
	w := newWorld(t, pod("shop", "web", "app=web"), service("shop", "edge", "NodePort", "app=web", intstr.FromInt32(80)))
	good := custom(t, gateways)
	good = append(good, routeOf(t, "HTTPRoute", `{parentRefs: [{name: edge, namespace: infra}], hostnames: [a.example], rules: [{backendRefs: [{name: edge, namespace: shop, port: 80, weight: 1}], filters: []}]}`))
	for range 4000 {
		u := &unstructured.Unstructured{}
		if r.IntN(2) == 0 {
			// A good object in which one thing is replaced.
			data, _ := json.Marshal(good[r.IntN(len(good))])
			if err := json.Unmarshal(data, &u.Object); err != nil {
				t.Fatal(err)
			}
			spoil(r, u.Object["spec"], junk)
		} else {
			k := kinds[r.IntN(len(kinds))]
			u.Object = map[string]any{"apiVersion": k[0], "kind": k[1], "spec": junk(5), "status": junk(3)}
			u.SetName([]string{"edge", "a"}[r.IntN(2)])
			if k[1] != "GatewayClass" {
				u.SetNamespace([]string{"shop", "infra"}[r.IntN(2)])
			}
		}
		w.put(u)
		w.a.Flush(w.c)
		for x := range w.a.All(w.c) {
			if (x.Broken == "") != (len(x.Targets) > 0 || len(x.Beyond) > 0) {
				t.Fatalf("half a way: %s", tell(x))
			}
		}
	}
}

// spoil replaces one thing somewhere below.
func spoil(r *rand.Rand, v any, junk func(int) any) {
	switch t := v.(type) {
	case map[string]any:
		for k := range t {
			if r.IntN(len(t)+1) == 0 {
				t[k] = junk(2)
				return
			}
			spoil(r, t[k], junk)
		}
	case []any:
		for i := range t {
			spoil(r, t[i], junk)
		}
	}
}

// TestRouteWithoutBounds: an object larger than any API server lets in is read as far as the API goes.
func TestRouteWithoutBounds(t *testing.T) {
	var backends, parents, hosts strings.Builder
	for i := range 3000 {
		fmt.Fprintf(&backends, "{name: s%d, port: 80},", i)
		fmt.Fprintf(&parents, "{name: g%d, namespace: infra},", i)
		fmt.Fprintf(&hosts, "h%d.example,", i)
	}
	w := gatewayWorld(t)
	w.put(routeOf(t, "HTTPRoute", `{hostnames: [`+hosts.String()+`], parentRefs: [`+parents.String()+`], rules: [{backendRefs: [`+backends.String()+`]}]}`))
	w.a.Flush(w.c)
	if n := len(w.a.Ways(w.c, "shop")); n != mostParents*mostBackends {
		t.Errorf("%d ways", n)
	}
}
