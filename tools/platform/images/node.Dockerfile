FROM scratch
COPY root/ /
ARG NODE_VERSION
ENV NODE_VERSION=${NODE_VERSION} PATH=/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin
CMD ["node"]
