# Weir's images, from the distribution that './weir package' makes: a JDK 25 runtime, no compiler.
#   relay: the relay and all commands;   peer: the same with ffmpeg, for publishers and subscribers of real video
# BASE: any Debian or Ubuntu with a JDK 25 runtime.
ARG BASE=docker.io/library/eclipse-temurin:25-jre

FROM ${BASE} AS relay
RUN apt-get update \
    && DEBIAN_FRONTEND=noninteractive apt-get install -y --no-install-recommends libbpf1 iproute2 \
    && rm -rf /var/lib/apt/lists/*
ADD core/app/target/weir-*.tar.gz /opt/
# The start cache belongs to this very JDK, so it is made here.
RUN ln -s /opt/weir-*/ /opt/weir && ln -s /opt/weir/weir /usr/local/bin/weir
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
