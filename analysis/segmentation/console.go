package segmentation

import (
	"slices"
	"strings"

	"canopy/model/record"
)

// console is a product that people use in a browser, and that shows or does much.
type console struct {
	name string
	// images end the paths of its images, labels are values that the labels of its pods have.
	images, labels []string
	// login tells that it asks who one is, unless that is switched off.
	login bool
}

// consoles is data. A product whose images are those of its other parts too is told by its labels alone.
var consoles = [...]console{
	{"Kubernetes Dashboard", []string{"kubernetesui/dashboard", "kubernetesui/dashboard-web", "kubernetes-dashboard-amd64"}, []string{"kubernetes-dashboard", "kubernetes-dashboard-web"}, true},
	{"Headlamp", []string{"headlamp-k8s/headlamp", "kinvolk/headlamp"}, []string{"headlamp"}, true},
	{"Rancher", []string{"rancher/rancher"}, nil, true},
	{"Argo CD", nil, []string{"argocd-server"}, true},
	{"Argo Workflows", nil, []string{"argo-server", "argo-workflows-server"}, true},
	{"Jenkins", []string{"jenkins/jenkins", "bitnami/jenkins"}, []string{"jenkins", "jenkins-controller"}, true},
	{"Grafana", []string{"grafana/grafana", "grafana/grafana-oss", "grafana/grafana-enterprise", "bitnami/grafana"}, []string{"grafana"}, true},
	{"RabbitMQ management", nil, []string{"rabbitmq-management"}, true},
	{"phpMyAdmin", []string{"phpmyadmin", "phpmyadmin/phpmyadmin", "bitnami/phpmyadmin"}, []string{"phpmyadmin"}, true},
	{"Adminer", []string{"adminer"}, []string{"adminer"}, true},
	{"pgAdmin", []string{"dpage/pgadmin4"}, []string{"pgadmin", "pgadmin4"}, true},
	{"Portainer", []string{"portainer/portainer", "portainer/portainer-ce", "portainer/portainer-ee"}, []string{"portainer"}, true},
	{"JupyterHub", []string{"jupyterhub/jupyterhub", "jupyterhub/k8s-hub"}, []string{"jupyterhub"}, true},
	{"Airflow", []string{"apache/airflow"}, []string{"airflow-webserver"}, true},
	{"MinIO console", []string{"minio/console"}, nil, true},
	{"Harbor", []string{"goharbor/harbor-portal"}, nil, true},
	{"SonarQube", []string{"sonarqube"}, []string{"sonarqube"}, true},
	{"Nexus", []string{"sonatype/nexus3"}, nil, true},
	{"Vault", nil, []string{"vault-ui"}, true},
	{"Kiali", []string{"kiali/kiali"}, []string{"kiali"}, true},
	{"Jupyter", []string{"jupyter/base-notebook", "jupyter/minimal-notebook", "jupyter/scipy-notebook", "jupyter/datascience-notebook", "jupyter/pyspark-notebook", "jupyter/tensorflow-notebook", "jupyter/all-spark-notebook"}, []string{"jupyter", "jupyter-notebook", "jupyterlab"}, false},
	{"Kubeflow", []string{"kubeflownotebookswg/centraldashboard", "kubeflow-images-public/centraldashboard"}, []string{"centraldashboard"}, false},
	{"MLflow", []string{"mlflow/mlflow"}, []string{"mlflow"}, false},
	{"Ray dashboard", nil, []string{"ray-dashboard"}, false},
	{"Prometheus", []string{"prom/prometheus", "prometheus/prometheus", "bitnami/prometheus"}, []string{"prometheus", "prometheus-server"}, false},
	{"Alertmanager", []string{"prom/alertmanager", "prometheus/alertmanager", "bitnami/alertmanager"}, []string{"alertmanager"}, false},
	{"Kibana", []string{"kibana/kibana", "kibana/kibana-oss", "bitnami/kibana", "kibana"}, []string{"kibana"}, false},
	{"OpenSearch Dashboards", []string{"opensearchproject/opensearch-dashboards"}, []string{"opensearch-dashboards"}, false},
	{"Weave Scope", []string{"weaveworks/scope"}, []string{"weave-scope", "weave-scope-app"}, false},
	{"Octant", []string{"antrea/octant-antrea-ubuntu", "octant"}, []string{"octant"}, false},
	{"Kube Ops View", []string{"hjacobs/kube-ops-view"}, []string{"kube-ops-view"}, false},
	{"Longhorn UI", []string{"longhornio/longhorn-ui", "rancher/mirrored-longhornio-longhorn-ui"}, []string{"longhorn-ui"}, false},
	{"Hubble UI", []string{"cilium/hubble-ui"}, []string{"hubble-ui"}, false},
	{"Jaeger", []string{"jaegertracing/all-in-one", "jaegertracing/jaeger-query"}, []string{"jaeger-query"}, false},
	{"Zipkin", []string{"openzipkin/zipkin"}, []string{"zipkin"}, false},
	{"Traefik dashboard", nil, []string{"traefik-dashboard"}, false},
	{"Tekton dashboard", []string{"tekton-dashboard"}, []string{"tekton-dashboard"}, false},
	{"Redis Commander", []string{"rediscommander/redis-commander"}, []string{"redis-commander"}, false},
	{"RedisInsight", []string{"redis/redisinsight", "redislabs/redisinsight"}, []string{"redisinsight"}, false},
	{"Mongo Express", []string{"mongo-express"}, []string{"mongo-express"}, false},
	{"Kafka UI", []string{"provectuslabs/kafka-ui", "obsidiandynamics/kafdrop"}, []string{"kafka-ui", "kafdrop"}, false},
	{"Spark UI", nil, []string{"spark-history-server"}, false},
	{"Flink dashboard", nil, []string{"flink-jobmanager"}, false},
	{"Selenium Grid", []string{"selenium/hub", "selenium/standalone-chrome"}, []string{"selenium-hub"}, false},
	{"cAdvisor", []string{"google/cadvisor", "cadvisor/cadvisor"}, []string{"cadvisor"}, false},
	{"Chaos Mesh dashboard", []string{"chaos-mesh/chaos-dashboard"}, []string{"chaos-dashboard"}, false},
	{"Goldpinger", []string{"bloomberg/goldpinger"}, []string{"goldpinger"}, false},
}

// consoleByImage finds the console that an image is of; -1 where it is of none. The management page of RabbitMQ comes with
// images of that tag.
func consoleByImage(image string) int {
	path, tag := repository(image)
	i := slices.IndexFunc(consoles[:], func(c console) bool {
		return slices.ContainsFunc(c.images, func(end string) bool { return ends(path, end) })
	})
	if i < 0 && strings.Contains(tag, "management") && ends(path, "rabbitmq") {
		return slices.IndexFunc(consoles[:], func(c console) bool { return c.name == "RabbitMQ management" })
	}
	return i
}

// consoleByLabels finds the console that the labels of pods name, and the label; -1 where they name none.
func consoleByLabels(l record.Labels) (at int, label string) {
	for _, key := range [...]string{"app.kubernetes.io/name", "app.kubernetes.io/component", "app", "k8s-app"} {
		value, ok := l.Lookup(key)
		if !ok {
			continue
		}
		if i := slices.IndexFunc(consoles[:], func(c console) bool { return slices.Contains(c.labels, value) }); i >= 0 {
			return i, key
		}
	}
	return -1, ""
}
