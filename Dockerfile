# Weir's images, from the distribution that './weir package' makes: a JDK 25 runtime, no compiler.
#   relay: the relay and all commands;   peer: the same with ffmpeg, for publishers and subscribers of real video
# BASE: any Debian or Ubuntu with a JDK 25 runtime.
ARG BASE=docker.io/library/eclipse-temurin:25-jre

FROM ${BASE} AS relay
RUN apt-get update \
    && DEBIAN_FRONTEND=noninteractive apt-get install -y --no-install-recommends libbpf1 iproute2 \
    && rm -rf /var/lib/apt/lists/*
ADD core/app/target/weir-*.tar.gz /opt/weir-tar/
# One tar makes one folder; with a second, older one beside it nobody could tell which is meant.
RUN set -e; \
    [ "$(ls /opt/weir-tar | wc -l)" = 1 ] || { echo "core/app/target has several weir-*.tar.gz; remove the old ones." >&2; exit 1; }; \
    mv /opt/weir-tar/* /opt/weir; rmdir /opt/weir-tar; ln -s /opt/weir/weir /usr/local/bin/weir
# The start caches belong to this very JDK, so they are made here: one for short commands, one for those that stay.
ENV WEIR_CACHE=/opt/weir/cache LANG=C.UTF-8
RUN weir warm-up
WORKDIR /var/lib/weir
EXPOSE 4433/udp
ENTRYPOINT ["weir"]
CMD ["serve"]

FROM relay AS peer
RUN apt-get update \
    && DEBIAN_FRONTEND=noninteractive apt-get install -y --no-install-recommends ffmpeg \
    && rm -rf /var/lib/apt/lists/*
CMD ["--help"]
