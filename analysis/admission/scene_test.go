package admission

import (
	"maps"
	"strings"

	corev1 "k8s.io/api/core/v1"
	networkingv1 "k8s.io/api/networking/v1"
	policyv1 "k8s.io/api/policy/v1"
	rbacv1 "k8s.io/api/rbac/v1"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/apis/meta/v1/unstructured"
	"k8s.io/apimachinery/pkg/runtime"
	"k8s.io/apimachinery/pkg/util/intstr"

	"canopy/model"
)

// scenes gives what guards have to do about rules that more than a pod decides.
func scenes() []scene {
	ns := func(rule string) string { return "s-" + strings.ToLower(rule) }
	everything := permit("*", "*", "*")
	harmless := permit("get", "", "configmaps")
	readSecrets := permit("get,list", "", "secrets")
	on := func(rule, kind string) string { return ns(rule) + "/" + kind + "/x" }
	plain := func(*networkingv1.Ingress) {}
	tls := func(hosts ...string) func(*networkingv1.Ingress) {
		return func(in *networkingv1.Ingress) {
			in.Spec.TLS = []networkingv1.IngressTLS{{Hosts: hosts, SecretName: "t"}}
		}
	}
	annotate := func(k string) func(*networkingv1.Ingress) {
		return func(in *networkingv1.Ingress) { in.Annotations = map[string]string{k: "x"} }
	}
	tcp80 := []networkingv1.NetworkPolicyPort{{Port: new(intstr.FromInt32(80))}}
	udp80 := []networkingv1.NetworkPolicyPort{{Protocol: new(corev1.ProtocolUDP), Port: new(intstr.FromInt32(80))}}
	label := func(o string) change { return change{o, `{"metadata":{"labels":{"a":"b"}}}`, ""} }
	return []scene{
		{rule: "LP01", on: "ClusterRoleBinding/x", before: []any{bindAll("lp01-old", "cluster-admin", user("u"))},
			bad:     []refusedObject{{bindAll("b", "cluster-admin", user("u")), "LP01: the binding would give * on *. Bind a role that holds only"}, {aClusterRole("r", everything), "LP01: the role would give * on *"}},
			good:    []any{bindAll("b", "view", user("u")), bindAll("b", "cluster-admin"), aClusterRole("r", permit("*", "*", "pods")), bind("s-lp02", "b", "ClusterRole", "cluster-admin", user("u"))},
			changes: []change{label("ClusterRoleBinding/lp01-old"), {"ClusterRoleBinding/lp01-old", `{"subjects":[{"kind":"User","apiGroup":"rbac.authorization.k8s.io","name":"u"},{"kind":"User","apiGroup":"rbac.authorization.k8s.io","name":"v"}]}`, "LP01: the binding would give"}, {"ClusterRoleBinding/lp01-old", `{"subjects":null}`, ""}}},
		{rule: "LP01", on: "s-lp01/RoleBinding/x", before: []any{aRole("s-lp01", "all", everything)},
			bad: []refusedObject{{bind("s-lp01", "b", "ClusterRole", "cluster-admin", user("u")), "LP01: the binding would give * on *"}, {bind("s-lp01", "b", "Role", "all", user("u")), "LP01: the binding would give * on *"},
				{aRole("s-lp01", "r", everything), "LP01: the role would give * on *"}},
			good: []any{bind("s-lp01", "b", "ClusterRole", "edit", user("u")), bind("s-lp01", "b", "Role", "cluster-admin", user("u")), bindAll("b", "cluster-admin", user("u")), aRole("s-lp02", "r", everything)}},
		{rule: "LP02", on: on("LP02", "RoleBinding"),
			bad:  []refusedObject{{bind("s-lp02", "b", "ClusterRole", "view", user("u"), group("system:masters")), "LP02: the binding would name the group system:masters"}},
			good: []any{bind("s-lp02", "b", "ClusterRole", "view", user("system:masters"), group("masters"))}},
		{rule: "LP03", on: "ClusterRoleBinding/x",
			bad:  []refusedObject{{bindAll("b", "view", user("u"), group("system:unauthenticated")), "LP03: everybody would be given"}, {bindAll("b", "system:discovery", user("system:anonymous")), "LP03: everybody would be given get on "}},
			good: []any{bindAll("b", "system:public-info-viewer", group("system:unauthenticated"), user("system:anonymous")), bindAll("b", "view", group("system:authenticated"))}},
		{rule: "LP03", on: on("LP03", "RoleBinding"), before: []any{aRole("s-lp03", "r", harmless), aRole("s-lp03", "none")},
			bad:  []refusedObject{{bind("s-lp03", "b", "Role", "r", user("system:anonymous")), "LP03: everybody would be given get on configmaps"}},
			good: []any{bind("s-lp03", "b", "Role", "none", user("system:anonymous")), bind("s-lp03", "b", "ClusterRole", "system:discovery", user("system:anonymous"))}},
		{rule: "LP04", on: "ClusterRoleBinding/x",
			bad:  []refusedObject{{bindAll("b", "view", group("system:authenticated")), "LP04: everybody would be given"}},
			good: []any{bindAll("b", "system:discovery", group("system:authenticated")), bindAll("b", "system:basic-user", group("system:authenticated")), bindAll("b", "view", user("u"))}},
		{rule: "LP05", on: on("LP05", "Role"), before: []any{aRole("s-lp05", "old", permit("*", "", "configmaps"))},
			bad:  []refusedObject{{aRole("s-lp05", "r", permit("*", "apps", "deployments")), "LP05: the role would give * on deployments"}, {aRole("s-lp05", "r", permit("get", "*", "deployments")), "LP05: the role would give"}, {aRole("s-lp05", "r", permit("get", "", "pods", "*"), permit("get", "apps", "*")), "LP05: the role would give get on *"}},
			good: []any{aRole("s-lp05", "r", permit("get", "", "pods", "*")), aRole("s-lp05", "none"), aRole("s-lp06", "r", everything)},
			changes: []change{label("s-lp05/Role/old"), {"s-lp05/Role/old", `{"rules":[{"verbs":["*"],"apiGroups":[""],"resources":["configmaps","pods"]}]}`, "LP05: the role would give * on configmaps,pods"},
				{"s-lp05/Role/old", `{"rules":[{"verbs":["*"],"apiGroups":[""],"resources":["configmaps"],"resourceNames":["a"]},{"verbs":["get"],"apiGroups":[""],"resources":["pods"]}]}`, ""}}},
		{rule: "LP05", on: "ClusterRole/x",
			bad:  []refusedObject{{aClusterRole("r", permit("*", "apps", "deployments")), "LP05: the role would give * on deployments"}},
			good: []any{aClusterRole("r", permit("get", "apps", "deployments"), rbacv1.PolicyRule{Verbs: []string{"*"}, NonResourceURLs: []string{"*"}}), aRole("s-lp06", "r", everything)}},
		{rule: "LP06", on: on("LP06", "RoleBinding"), before: []any{aRole("s-lp06", "old", permit("get,list,delete", "", "secrets,pods")), bind("s-lp06", "old", "Role", "old", user("u"), user("v"))},
			bad: []refusedObject{{bind("s-lp06", "b", "Role", "old", user("u")), "LP06: the binding would give get,list,delete on secrets,pods. Replace it by get on the named Secrets"}, {aRole("s-lp06", "r", harmless, readSecrets), "LP06: the role would give get,list on secrets"},
				{bind("s-lp06", "b", "ClusterRole", "edit", user("u")), "LP06: the binding would give"}},
			good: []any{bind("s-lp06", "b", "ClusterRole", "view", user("u")), aRole("s-lp06", "r", permit("update", "", "secrets")), bind("s-lp06", "b", "Role", "none", user("u"))},
			changes: []change{label("s-lp06/Role/old"), label("s-lp06/RoleBinding/old"),
				{"s-lp06/Role/old", `{"rules":[{"verbs":["get","list"],"apiGroups":[""],"resources":["secrets"],"resourceNames":["a"]}]}`, ""},
				{"s-lp06/Role/old", `{"rules":[{"verbs":["get","list","watch"],"apiGroups":[""],"resources":["secrets"],"resourceNames":["a"]}]}`, "LP06: the role would give get,list,watch on secrets"},
				{"s-lp06/RoleBinding/old", `{"subjects":[{"kind":"User","apiGroup":"rbac.authorization.k8s.io","name":"v"}]}`, ""},
				{"s-lp06/RoleBinding/old", `{"subjects":[{"kind":"User","apiGroup":"rbac.authorization.k8s.io","name":"w"}]}`, "LP06: the binding would give"}}},
		{rule: "LP21", on: on("LP21", "ServiceAccount"),
			bad: []refusedObject{{bind("s-lp21", "b", "ClusterRole", "view", account("s-lp21", "default")), "LP21: the binding would grant something to the default account by ServiceAccount default"},
				{bind("s-lp22", "b", "ClusterRole", "view", account("s-lp21", "default")), "LP21: "}, {bindAll("b", "view", user("system:serviceaccount:s-lp21:default")), "LP21: "}, {bindAll("b", "view", group("system:serviceaccounts:s-lp21")), "LP21: "}},
			good: []any{bind("s-lp21", "b", "ClusterRole", "view", account("s-lp21", "web"), account("s-lp22", "default")), bindAll("b", "system:discovery", account("s-lp21", "default"))}},
		{rule: "LP23", on: on("LP23", "Secret"),
			before:  []any{&corev1.Secret{ObjectMeta: metav1.ObjectMeta{Namespace: "s-lp23", Name: "old", Annotations: map[string]string{"kubernetes.io/service-account.name": "default"}, Labels: map[string]string{"kubernetes.io/legacy-token-invalid-since": "2026-01-01"}}, Type: corev1.SecretTypeServiceAccountToken}},
			bad:     []refusedObject{{&corev1.Secret{ObjectMeta: metav1.ObjectMeta{Namespace: "s-lp23", Name: "t", Annotations: map[string]string{"kubernetes.io/service-account.name": "default"}}, Type: corev1.SecretTypeServiceAccountToken}, "LP23: the Secret would hold a token that does not expire"}},
			good:    []any{&corev1.Secret{ObjectMeta: meta("s-lp23", "t"), StringData: map[string]string{"a": "b"}}},
			changes: []change{label("s-lp23/Secret/old"), {"s-lp23/Secret/old", `{"metadata":{"labels":{"kubernetes.io/legacy-token-invalid-since":null}}}`, "LP23: the token of the Secret would be valid again"}}},
		{rule: "LP28", on: "ClusterRole/system:node-proxier",
			changes: []change{label("ClusterRole/system:node-proxier"),
				{"ClusterRole/system:node-proxier", `{"rules":[{"verbs":["get"],"apiGroups":[""],"resources":["secrets"]}]}`, "LP28: the role would give get on secrets, which Kubernetes does not"},
				{"ClusterRole/system:node-proxier", `{"rules":[{"verbs":["get"],"nonResourceURLs":["/x"]}]}`, "LP28: the role would give get on /x, which Kubernetes does not"},
				{"ClusterRole/system:node-proxier", `{"metadata":{"labels":{"rbac.authorization.k8s.io/aggregate-to-view":"true"}}}`, "LP28: the role would feed other roles than Kubernetes ships"},
				{"ClusterRole/system:node-proxier", `{"rules":[{"verbs":["list","watch"],"apiGroups":[""],"resources":["nodes"]}]}`, ""}, label("ClusterRole/system:basic-user")}},
		{rule: "LP28", on: "ClusterRole/edit",
			changes: []change{label("ClusterRole/edit"),
				{"ClusterRole/edit", `{"aggregationRule":{"clusterRoleSelectors":[{"matchLabels":{"rbac.authorization.k8s.io/aggregate-to-edit":"true"}},{"matchLabels":{"a":"b"}}]}}`, "LP28: the role would gather the rules of other roles than Kubernetes ships"}}},
		{rule: "LP28", on: "ClusterRoleBinding/system:node-proxier",
			changes: []change{label("ClusterRoleBinding/system:node-proxier"), {"ClusterRoleBinding/system:node-proxier", `{"subjects":null}`, ""},
				{"ClusterRoleBinding/system:node-proxier", `{"subjects":[{"kind":"User","apiGroup":"rbac.authorization.k8s.io","name":"eve"}]}`, "LP28: the binding would name User eve"},
				{"ClusterRoleBinding/system:node-proxier", `{"subjects":[{"kind":"User","apiGroup":"rbac.authorization.k8s.io","name":"system:kube-proxy"}]}`, ""}}},
		{rule: "PS26", on: "Namespace/s-ps26",
			bad: []refusedObject{{&corev1.Namespace{ObjectMeta: meta("", "s-ps26")}, "PS26: the namespace would enforce no Pod Security level"}},
			changes: []change{label("Namespace/s-ps26"), {"Namespace/s-ps26", `{"metadata":{"labels":{"pod-security.kubernetes.io/enforce":"baseline","pod-security.kubernetes.io/enforce-version":"v1.37"}}}`, ""},
				label("Namespace/s-ps26"), {"Namespace/s-ps26", `{"metadata":{"labels":{"pod-security.kubernetes.io/enforce-version":null}}}`, "PS26: the label enforce-version would be missing"},
				{"Namespace/s-ps26", `{"metadata":{"labels":{"pod-security.kubernetes.io/enforce-version":"v1.99"}}}`, "PS26: the label enforce-version would name no known version"},
				{"Namespace/s-ps26", `{"metadata":{"labels":{"pod-security.kubernetes.io/enforce":"privileged"}}}`, "PS26: the namespace would enforce no Pod Security level"},
				{"Namespace/s-ps26", `{"metadata":{"labels":{"pod-security.kubernetes.io/enforce":null,"pod-security.kubernetes.io/enforce-version":null}}}`, "PS26: the namespace would enforce no Pod Security level"},
				{"Namespace/s-ps26", `{"metadata":{"labels":{"pod-security.kubernetes.io/enforce":"privileged"},"annotations":{"canopy/privileged-because":"x"}}}`, ""}, {"Namespace/s-lp01", `{"metadata":{"labels":{"pod-security.kubernetes.io/enforce":"privileged"}}}`, ""}}},
		{rule: "PS27", on: "default/Deployment/x",
			bad:  []refusedObject{{goodPod("default", "p"), "PS27: a workload would run in the namespace default. Move the workload to a namespace of its own."}, {deploymentOf(goodPod("default", "p")), "PS27: "}},
			good: []any{goodPod("s-ps27", "p"), deploymentOf(goodPod("s-ps27", "p")), &corev1.ConfigMap{ObjectMeta: meta("default", "c")}}},
		{rule: "PS28", on: "s-ps28/Pod/x",
			bad:  []refusedObject{{goodPod("s-ps28", "p"), "PS28: the pod has no controller that makes pods. Put the pod under a Deployment or Job."}, {owned(goodPod("s-ps28", "p"), "v1", "ConfigMap"), "PS28: "}, {owned(goodPod("s-ps28", "p"), "apps/v1", "Deployment"), "PS28: "}},
			good: []any{owned(goodPod("s-ps28", "p"), "apps/v1", "ReplicaSet"), owned(goodPod("s-ps28", "p"), "argoproj.io/v1", "Workflow"), owned(goodPod("s-ps28", "p"), "v1", "ReplicationController"), deploymentOf(goodPod("s-ps28", "p"))}},
		{rule: "NW04", on: on("NW04", "NetworkPolicy"),
			before: []any{aPolicy("s-nw04", "old", func(s *networkingv1.NetworkPolicySpec) { s.Ingress = []networkingv1.NetworkPolicyIngressRule{{}} })},
			bad: []refusedObject{
				{aPolicy("s-nw04", "p", func(s *networkingv1.NetworkPolicySpec) {
					s.Ingress = []networkingv1.NetworkPolicyIngressRule{{Ports: tcp80}}
				}), "NW04: an ingress rule would let in whoever there is"},
				{aPolicy("s-nw04", "p", func(s *networkingv1.NetworkPolicySpec) {
					s.Ingress = []networkingv1.NetworkPolicyIngressRule{{From: aBlock("0.0.0.0/0", "10.0.0.0/8")}}
				}), "NW04: an ingress rule would let in whoever there is"},
				{aPolicy("s-nw04", "p", func(s *networkingv1.NetworkPolicySpec) {
					s.Ingress = []networkingv1.NetworkPolicyIngressRule{{From: append(aBlock("0.0.0.0/1"), aBlock("128.0.0.0/1")...)}}
				}), "NW04: an ingress rule"},
				{aPolicy("s-nw04", "p", func(s *networkingv1.NetworkPolicySpec) {
					s.Ingress = []networkingv1.NetworkPolicyIngressRule{{From: []networkingv1.NetworkPolicyPeer{{NamespaceSelector: &metav1.LabelSelector{}}}}}
				}), "NW04: an ingress rule"},
				{aPolicy("s-nw04", "p", func(s *networkingv1.NetworkPolicySpec) {
					s.Egress = []networkingv1.NetworkPolicyEgressRule{{To: aBlock("::/0")}}
				}), "NW04: an egress rule would let out to whoever there is"}},
			good: []any{
				aPolicy("s-nw04", "p", func(s *networkingv1.NetworkPolicySpec) {}),
				aPolicy("s-nw04", "p", func(s *networkingv1.NetworkPolicySpec) {
					s.Ingress = []networkingv1.NetworkPolicyIngressRule{{From: aBlock("0.0.0.0/1")}}
				}),
				aPolicy("s-nw04", "p", func(s *networkingv1.NetworkPolicySpec) {
					s.Ingress = []networkingv1.NetworkPolicyIngressRule{{From: []networkingv1.NetworkPolicyPeer{{PodSelector: &metav1.LabelSelector{}}}}}
					s.Egress = []networkingv1.NetworkPolicyEgressRule{{To: []networkingv1.NetworkPolicyPeer{{NamespaceSelector: &metav1.LabelSelector{}}}}}
				}),
				aPolicy("s-nw04", "p", func(s *networkingv1.NetworkPolicySpec) {
					s.PolicyTypes, s.Ingress = []networkingv1.PolicyType{"Egress"}, []networkingv1.NetworkPolicyIngressRule{{}}
				})},
			changes: []change{label("s-nw04/NetworkPolicy/old"), {"s-nw04/NetworkPolicy/old", `{"spec":{"ingress":[{},{"ports":[{"port":1}]}]}}`, "NW04: an ingress rule"}, {"s-nw04/NetworkPolicy/old", `{"spec":{"ingress":[]}}`, ""}}},
		{rule: "NW05", on: on("NW05", "Deployment"),
			bad: []refusedObject{
				{aPolicy("s-nw05", "p", func(s *networkingv1.NetworkPolicySpec) {
					s.Egress = []networkingv1.NetworkPolicyEgressRule{{To: aBlock("169.254.0.0/16")}}
				}), "NW05: an egress rule would reach the metadata service of the cloud"},
				{aPolicy("s-nw05", "p", func(s *networkingv1.NetworkPolicySpec) {
					s.Egress = []networkingv1.NetworkPolicyEgressRule{{Ports: tcp80}}
				}), "NW05: "},
				{aPolicy("s-nw05", "p", func(s *networkingv1.NetworkPolicySpec) {
					s.Egress = []networkingv1.NetworkPolicyEgressRule{{To: aBlock("fd00::/8")}}
				}), "NW05: "}},
			good: []any{
				aPolicy("s-nw05", "p", func(s *networkingv1.NetworkPolicySpec) {
					s.Egress = []networkingv1.NetworkPolicyEgressRule{{To: aBlock("0.0.0.0/0", "169.254.169.254/32")}}
				}),
				aPolicy("s-nw05", "p", func(s *networkingv1.NetworkPolicySpec) {
					s.Egress = []networkingv1.NetworkPolicyEgressRule{{Ports: udp80}}
				}),
				aPolicy("s-nw05", "p", func(s *networkingv1.NetworkPolicySpec) {
					s.Egress = []networkingv1.NetworkPolicyEgressRule{{To: []networkingv1.NetworkPolicyPeer{{PodSelector: &metav1.LabelSelector{}}}}}
				})}},
		{rule: "NW08", on: on("NW08", "Service"), before: []any{aService("s-nw08", "old", func(s *corev1.Service) { s.Spec.Type = "NodePort" })},
			bad: []refusedObject{{aService("s-nw08", "s", func(s *corev1.Service) { s.Spec.Type = "NodePort" }), "NW08: the Service would be open to the outside. Make it ClusterIP behind an Ingress or Gateway"},
				{aService("s-nw08", "s", func(s *corev1.Service) { s.Spec.Type = "LoadBalancer" }), "NW08: "},
				{aService("s-nw08", "s", func(s *corev1.Service) {
					s.Spec.Type, s.Spec.LoadBalancerSourceRanges = "LoadBalancer", []string{"10.0.0.0/8", "::/0"}
				}), "NW08: "},
				{aService("s-nw08", "s", func(s *corev1.Service) {
					s.Spec.Type, s.Annotations = "LoadBalancer", map[string]string{"service.beta.kubernetes.io/load-balancer-source-ranges": " 0.0.0.0/0 "}
				}), "NW08: "}},
			good: []any{aService("s-nw08", "s", func(s *corev1.Service) {}), aService("s-nw08", "s", func(s *corev1.Service) {
				s.Spec.Type, s.Spec.LoadBalancerSourceRanges = "LoadBalancer", []string{"10.0.0.0/8"}
			}),
				aService("s-nw08", "s", func(s *corev1.Service) {
					s.Spec.Type, s.Annotations = "LoadBalancer", map[string]string{"service.beta.kubernetes.io/load-balancer-source-ranges": "10.0.0.0/8, 11.0.0.0/8"}
				})},
			changes: []change{label("s-nw08/Service/old"), {"s-nw08/Service/old", `{"spec":{"type":"ClusterIP"}}`, ""}, {"s-nw08/Service/old", `{"spec":{"type":"NodePort"}}`, "NW08: "}}},
		{rule: "NW09", on: on("NW09", "Service"), before: []any{aService("s-nw09", "old", func(s *corev1.Service) { s.Spec.ExternalIPs = []string{"1.2.3.4"} })},
			bad:     []refusedObject{{aService("s-nw09", "s", func(s *corev1.Service) { s.Spec.ExternalIPs = []string{"1.2.3.4"} }), "NW09: the Service would take the address 1.2.3.4"}},
			good:    []any{aService("s-nw09", "s", func(s *corev1.Service) { s.Spec.Type = "NodePort" })},
			changes: []change{label("s-nw09/Service/old"), {"s-nw09/Service/old", `{"spec":{"externalIPs":["1.2.3.4","5.6.7.8"]}}`, "NW09: the Service would take the address 5.6.7.8"}, {"s-nw09/Service/old", `{"spec":{"externalIPs":null}}`, ""}}},
		{rule: "NW11", on: on("NW11", "Ingress"), before: []any{anIngress("s-nw11", "old", plain, "a.example.com")},
			bad: []refusedObject{{anIngress("s-nw11", "i", plain, "a.example.com"), "NW11: no TLS for the host a.example.com"}, {anIngress("s-nw11", "i", tls("b.example.com"), "a.example.com", "b.example.com"), "NW11: no TLS for the host a.example.com"},
				{anIngress("s-nw11", "i", tls("*.example.com"), "a.b.example.com"), "NW11: no TLS"}, {anIngress("s-nw11", "i", tls("*.example.com"), "*.example.com"), "NW11: any host would do: *.example.com"}, {anIngress("s-nw11", "i", tls("x")), "NW11: a default backend without rules"}},
			good:    []any{anIngress("s-nw11", "i", tls("*.example.com", "c.org"), "a.example.com", "c.org"), anIngress("s-nw11", "i", tls(), "a.example.com")},
			changes: []change{label("s-nw11/Ingress/old"), {"s-nw11/Ingress/old", `{"spec":{"rules":[{"host":"a.example.com"},{"host":"b.example.com"}]}}`, "NW11: no TLS for the host b.example.com"}}},
		{rule: "NW11", on: on("NW11", "Gateway"), before: []any{definition("gateway.networking.k8s.io", "Gateway", "gateways")},
			bad: []refusedObject{{custom("gateway.networking.k8s.io/v1", "Gateway", "s-nw11", "g", map[string]any{"listeners": []any{map[string]any{"name": "http", "protocol": "HTTP", "port": int64(80)}}}), "NW11: no TLS beside the listener http"},
				{custom("gateway.networking.k8s.io/v1", "Gateway", "s-nw11", "g", map[string]any{"listeners": []any{map[string]any{"name": "http", "protocol": "HTTP", "hostname": "a.org"}, map[string]any{"name": "https", "protocol": "HTTPS", "hostname": "b.org"}}}), "NW11: no TLS beside the listener http"},
				{custom("gateway.networking.k8s.io/v1", "Gateway", "s-nw11", "g", map[string]any{"listeners": []any{map[string]any{"name": "https", "protocol": "HTTPS", "allowedRoutes": map[string]any{"namespaces": map[string]any{"from": "All"}}}}}), "NW11: routes of every namespace could claim any host at the listener https"}},
			good: []any{custom("gateway.networking.k8s.io/v1", "Gateway", "s-nw11", "g", map[string]any{"listeners": []any{map[string]any{"name": "http", "protocol": "HTTP", "hostname": "A.org"}, map[string]any{"name": "https", "protocol": "HTTPS", "hostname": "a.org"}}})}},
		{rule: "NW11", on: on("NW11", "Route"), before: []any{definition("route.openshift.io", "Route", "routes")},
			bad: []refusedObject{{custom("route.openshift.io/v1", "Route", "s-nw11", "r", map[string]any{"host": "a"}), "NW11: the Route would have no TLS"},
				{custom("route.openshift.io/v1", "Route", "s-nw11", "r", map[string]any{"tls": map[string]any{"insecureEdgeTerminationPolicy": "Allow"}}), "NW11: the Route would answer without TLS too"}},
			good: []any{custom("route.openshift.io/v1", "Route", "s-nw11", "r", map[string]any{"tls": map[string]any{"termination": "edge"}})}},
		{rule: "NW12", on: on("NW12", "Ingress"), before: []any{anIngress("s-nw12", "old", annotate("nginx.ingress.kubernetes.io/auth-url"), "a.org")},
			bad:     []refusedObject{{anIngress("s-nw12", "i", annotate("nginx.ingress.kubernetes.io/server-snippet"), "a.org"), "NW12: the Ingress would have the annotation nginx.ingress.kubernetes.io/server-snippet. Remove the annotations"}, {anIngress("s-nw12", "i", annotate("nginx.ingress.kubernetes.io/auth-url"), "a.org"), "NW12: "}},
			good:    []any{anIngress("s-nw12", "i", annotate("nginx.ingress.kubernetes.io/rewrite-target"), "a.org"), anIngress("s-nw12", "i", annotate("example.org/server-snippet"), "a.org")},
			changes: []change{label("s-nw12/Ingress/old"), {"s-nw12/Ingress/old", `{"metadata":{"annotations":{"nginx.ingress.kubernetes.io/auth-url":"y"}}}`, "NW12: "}, {"s-nw12/Ingress/old", `{"metadata":{"annotations":{"nginx.ingress.kubernetes.io/auth-url":null}}}`, ""}}},
		{rule: "SE04", on: on("SE04", "Secret"),
			before: []any{aSecret("s-se04", "old", "x"), aSecret("s-se04", "plain", "")},
			bad:    []refusedObject{{aSecret("s-se04", "s", "x"), "SE04: the Secret would hold a copy of itself in its annotations. Use kubectl apply --server-side, or kubectl create."}},
			good:   []any{aSecret("s-se04", "s", ""), &corev1.ConfigMap{ObjectMeta: aSecret("s-se04", "c", "x").ObjectMeta}},
			changes: []change{label("s-se04/Secret/old"), {"s-se04/Secret/old", `{"metadata":{"annotations":{"kubectl.kubernetes.io/last-applied-configuration":"y"}}}`, ""}, label("s-se04/Secret/plain"),
				{"s-se04/Secret/plain", `{"metadata":{"annotations":{"kubectl.kubernetes.io/last-applied-configuration":"y"}}}`, "SE04: "},
				{"s-se04/Secret/old", `{"metadata":{"annotations":{"kubectl.kubernetes.io/last-applied-configuration":null}}}`, ""}}},
		{rule: "SE01", on: "s-se01/Deployment/web", seen: []runtime.Object{deploymentOf(given("s-se01", "DB_PASSWORD", plainPassword))},
			bad: []refusedObject{{given("s-se01", "DB_PASSWORD", "x"), "SE01: container app is given a credential as the value of a variable. Take the value from a Secret"}},
			good: []any{given("s-se01", "DB_PASSWORD", ""), given("s-se01", "DB_PASSWORD", "$(A)$(B)"), given("s-se01", "DB_HOST", "x"), func() *corev1.Pod {
				p := given("s-se01", "DB_PASSWORD", "")
				p.Spec.Containers[0].Env[0].ValueFrom = &corev1.EnvVarSource{SecretKeyRef: &corev1.SecretKeySelector{LocalObjectReference: corev1.LocalObjectReference{Name: "s"}, Key: "k"}}
				return p
			}()}},
		{rule: "IM03", on: "s-im03/Deployment/web", allow: []string{"registry.example:5000", "docker.io/team/*", "Other.Example/a/b"},
			bad: []refusedObject{{running("s-im03", "registry.example/app:1"), "IM03: container app has an image from a registry that is not allowed. Copy the image"}, {running("s-im03", "nginx"), "IM03: "},
				{running("s-im03", "registry.example.evil:5000/app"), "IM03: "}, {running("s-im03", "docker.io/teams/app:1@sha256:"+strings.Repeat("0", 64)), "IM03: "}, {running("s-im03", "other.example/a/bc"), "IM03: "}, {running("s-im03", "other.example/a"), "IM03: "}},
			good: []any{running("s-im03", "registry.example:5000/app:1"), running("s-im03", "REGISTRY.example:5000/any/app@sha256:"+strings.Repeat("0", 64)), running("s-im03", "team/app"), running("s-im03", "index.docker.io/team/app:2"),
				running("s-im03", "other.example/a/b"), running("s-im03", "other.example/a/b/c:1")}},
		{rule: "VP06", on: on("VP06", "ReferenceGrant"), value: model.GroupGateway + "/v1beta1; written by helm; removed in Gateway API 2",
			before: []any{twoVersions(definition(model.GroupGateway, "ReferenceGrant", "referencegrants")), custom(model.GroupGateway+"/v1beta1", "ReferenceGrant", "s-vp06", "old", nil)},
			bad:    []refusedObject{{custom(model.GroupGateway+"/v1beta1", "ReferenceGrant", "s-vp06", "g", nil), "VP06: the request is by " + model.GroupGateway + "/v1beta1, which ends. Write the manifest for " + model.GroupGateway + "/v1."}},
			good:   []any{custom(model.GroupGateway+"/v1", "ReferenceGrant", "s-vp06", "g", nil), custom(model.GroupGateway+"/v1beta1", "ReferenceGrant", "s-vp10", "g", nil)},
			// The old one was made by the version that ends, and is kept in the other.
			changes: []change{label("s-vp06/ReferenceGrant/old")}},
		{rule: "VP10", on: on("VP10", "PodDisruptionBudget"), before: []any{stiff("s-vp10", "old", new(intstr.FromInt32(0)), nil)},
			bad: []refusedObject{{stiff("s-vp10", "b", new(intstr.FromInt32(0)), nil), "VP10: the budget would let no pod go, since maxUnavailable is 0. Allow one at a time, by maxUnavailable 1."},
				{stiff("s-vp10", "b", new(intstr.FromString("0%")), nil), "VP10: the budget would let no pod go, since maxUnavailable is 0"},
				{stiff("s-vp10", "b", nil, new(intstr.FromString("100%"))), "VP10: the budget would let no pod go, since minAvailable is 100%"},
				{stiff("s-vp10", "b", nil, nil), "VP10: the budget would let no pod go, since it says neither"}},
			good: []any{stiff("s-vp10", "b", new(intstr.FromInt32(1)), nil), stiff("s-vp10", "b", new(intstr.FromString("10%")), nil), stiff("s-vp10", "b", nil, new(intstr.FromString("99%"))),
				stiff("s-vp10", "b", nil, new(intstr.FromInt32(100))), stiff("s-vp06", "b", new(intstr.FromInt32(0)), nil)},
			changes: []change{label("s-vp10/PodDisruptionBudget/old"), {"s-vp10/PodDisruptionBudget/old", `{"spec":{"maxUnavailable":null,"minAvailable":"100%"}}`, "VP10: the budget would let no pod go, since minAvailable is 100%"},
				{"s-vp10/PodDisruptionBudget/old", `{"spec":{"maxUnavailable":1}}`, ""}}},
	}
}

// stiff is a budget.
func stiff(ns, name string, most, least *intstr.IntOrString) *policyv1.PodDisruptionBudget {
	return &policyv1.PodDisruptionBudget{ObjectMeta: meta(ns, name), Spec: policyv1.PodDisruptionBudgetSpec{MaxUnavailable: most, MinAvailable: least, Selector: &metav1.LabelSelector{MatchLabels: map[string]string{"a": "b"}}}}
}

// twoVersions has a definition serve v1beta1 too.
func twoVersions(d *unstructured.Unstructured) *unstructured.Unstructured {
	spec := d.Object["spec"].(map[string]any)
	first := spec["versions"].([]any)[0].(map[string]any)
	second := maps.Clone(first)
	second["name"], second["storage"] = "v1beta1", false
	spec["versions"] = []any{first, second}
	return d
}

// aSecret is one with a copy of itself, if anything stands there.
func aSecret(ns, name, text string) *corev1.Secret {
	s := &corev1.Secret{ObjectMeta: meta(ns, name)}
	if text != "" {
		s.Annotations = map[string]string{corev1.LastAppliedConfigAnnotation: text}
	}
	return s
}

// given is a pod with a variable.
func given(ns, name, value string) *corev1.Pod {
	p := goodPod(ns, "p")
	p.Spec.Containers[0].Env = []corev1.EnvVar{{Name: name, Value: value}}
	return p
}

// running is a pod with an image.
func running(ns, image string) *corev1.Pod {
	p := goodPod(ns, "p")
	p.Spec.Containers[0].Image = image
	return p
}
